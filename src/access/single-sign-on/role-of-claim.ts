import { type Role, ROLES } from '../role';

/** The groups of each role. */
export type RoleMapping = Readonly<Record<Role, readonly string[]>>;

/**
 * The highest role that one of the groups has; null when none has any. `name` is the name of the claim, or the path to it
 * (`realm_access.roles`); its value is a list of groups, or one.
 */
export function roleOfClaim(claims: object, name: string, mapping: RoleMapping): Role | null {
  const groups = [valueOf(claims, name)].flat().filter((group) => typeof group === 'string');
  return ROLES.findLast((role) => mapping[role].some((group) => groups.includes(group))) ?? null;
}

/** Whether the claim is there, empty or not. */
export function hasClaim(claims: object, name: string): boolean {
  return valueOf(claims, name) !== undefined;
}

function valueOf(claims: object, name: string): unknown {
  if (Object.hasOwn(claims, name)) return (claims as Record<string, unknown>)[name];
  return name.split('.').reduce<unknown>((value, part) => {
    const there = typeof value === 'object' && value !== null && Object.hasOwn(value, part);
    return there ? (value as Record<string, unknown>)[part] : undefined;
  }, claims);
}
