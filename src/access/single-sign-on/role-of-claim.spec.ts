import { hasClaim, roleOfClaim } from './role-of-claim';

const mapping = { admin: ['ops', 'leads'], operator: ['desk'], viewer: ['staff'] };

it.each<[object, string, string | null]>([
  [{ groups: ['staff', 'ops'] }, 'groups', 'admin'],
  [{ groups: ['staff', 'desk'] }, 'groups', 'operator'],
  [{ groups: 'staff' }, 'groups', 'viewer'],
  [{ groups: ['Ops', 'ops '] }, 'groups', null],
  [{ groups: [] }, 'groups', null],
  [{ groups: [{ ops: true }, 7, null] }, 'groups', null],
  [{}, 'groups', null],
  [{ realm_access: { roles: ['leads'] } }, 'realm_access.roles', 'admin'],
  [{ 'https://example.com/groups': ['desk'] }, 'https://example.com/groups', 'operator'],
  [{}, 'constructor.name', null],
])('%j, claim %s: %s', (claims, name, role) => expect(roleOfClaim(claims, name, mapping)).toBe(role));

it('tells a claim that is empty from one that is missing', () => {
  expect(hasClaim({ groups: [] }, 'groups')).toBe(true);
  expect(hasClaim({ realm_access: {} }, 'realm_access.roles')).toBe(false);
});
