import * as fc from 'fast-check';
import { AuditFacts, auditHash, GENESIS_HASH } from './audit-hash';

const entry: AuditFacts = {
  id: '7',
  at: new Date('2026-03-04T05:06:07.089Z'),
  actorId: 'bootstrap',
  actorName: 'ADMIN_API_KEY',
  action: 'form.updated',
  subject: 'lT4Z3j',
  details: { status: { to: 'paused', from: 'active' }, list: [1, null, true, 'é'] },
  requestId: null,
};

const facts = fc.record({
  id: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String),
  at: fc.date({ noInvalidDate: true }),
  actorId: fc.string({ unit: 'grapheme' }),
  actorName: fc.string({ unit: 'grapheme' }),
  action: fc.string(),
  subject: fc.string({ unit: 'grapheme' }),
  details: fc.jsonValue({ stringUnit: 'grapheme' }),
  requestId: fc.option(fc.string()),
});
const hashText = fc.stringMatching(/^[0-9a-f]{64}$/);

/** The same JSON with the members of every object in reverse, as a database may give it back. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

describe('auditHash', () => {
  it('is what sha256sum says of the canonical JSON', () => {
    // printf '%s' '{"action":"form.updated","actorId":"bootstrap",...,"subject":"lT4Z3j"}' | sha256sum
    expect(auditHash(entry, GENESIS_HASH)).toBe('afae02a65ed28ed593786e50f0061345a6fc7bd7de2d65168e36c8ac2c7e1c71');
  });

  it('does not depend on the order of members, nor on a way through JSON', () => {
    fc.assert(
      fc.property(facts, hashText, (some, previous) => {
        const copy = { ...(JSON.parse(JSON.stringify(some)) as AuditFacts), at: new Date(some.at) };
        expect(auditHash({ ...copy, details: reversed(copy.details) }, previous)).toBe(auditHash(some, previous));
      }),
    );
  });

  it('differs for any two entries that differ in anything, and for any two places in the chain', () => {
    const canonical = (some: AuditFacts) => JSON.stringify(reversed(JSON.parse(JSON.stringify(some))));
    fc.assert(
      fc.property(facts, facts, fc.constantFrom(...Object.keys(entry)), hashText, hashText, (a, b, name, p, q) => {
        const changed = { ...a, [name]: b[name as keyof AuditFacts] };
        expect(auditHash(changed, p) === auditHash(a, p)).toBe(canonical(changed) === canonical(a));
        expect(auditHash(a, p) === auditHash(a, q)).toBe(p === q);
      }),
    );
  });

  it('keeps text that moves from one field to the next apart', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (text, more) => {
        const one = { ...entry, actorName: text + more, action: '' };
        const other = { ...entry, actorName: text, action: more };
        expect(auditHash(one, GENESIS_HASH)).not.toBe(auditHash(other, GENESIS_HASH));
      }),
    );
  });

  it('tells a millisecond, and does not throw for a time that is none', () => {
    const later = { ...entry, at: new Date(entry.at.getTime() + 1) };
    const never = { ...entry, at: new Date(NaN) };
    expect(new Set([entry, later, never].map((some) => auditHash(some, GENESIS_HASH))).size).toBe(3);
  });
});
