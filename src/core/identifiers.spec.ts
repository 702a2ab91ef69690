import * as fc from 'fast-check';
import { IDENTIFIER_KEYS, type IdentifierRecord, mergeIdentifiers } from './identifiers';

describe('mergeIdentifiers', () => {
  const record = (
    id: string,
    value: string,
    confidence: number,
    completed: boolean,
    day: number,
  ): IdentifierRecord => ({
    identifiers: { city: { value, source: 'field:c', confidence } },
    submittedAt: new Date(Date.UTC(2026, 0, day)),
    completed,
    id,
  });

  it.each([
    ['higher confidence', record('a', 'A', 0.8, false, 1), record('b', 'B', 0.7, true, 2)],
    ['newer of two that are certain', record('a', 'A', 0.8, true, 2), record('b', 'B', 0.95, true, 1)],
    ['higher confidence of the same time', record('b', 'A', 0.95, true, 1), record('a', 'B', 0.8, true, 1)],
    ['completed over partial', record('a', 'A', 0.8, true, 1), record('b', 'B', 0.8, false, 2)],
    ['newer', record('b', 'A', 0.8, true, 2), record('a', 'B', 0.8, true, 1)],
    ['smaller id', record('a', 'A', 0.8, true, 1), record('b', 'B', 0.8, true, 1)],
  ])('prefers %s', (_name, winner, loser) => {
    const expected = { city: { ...winner.identifiers.city, from: winner.id } };
    expect(mergeIdentifiers([winner, loser])).toEqual(expected);
    expect(mergeIdentifiers([loser, winner])).toEqual(expected);
  });

  describe('names', () => {
    const named = (day: number, names: Partial<Record<'fullName' | 'firstName' | 'lastName', string>>) => ({
      identifiers: Object.fromEntries(
        Object.entries(names).map(([key, value]) => [
          key,
          { value, source: 'field:n', confidence: key === 'fullName' && names.firstName ? 0.72 : 0.8 },
        ]),
      ),
      submittedAt: new Date(Date.UTC(2026, 0, day)),
      completed: true,
      id: `r${day}`,
    });
    const first = named(1, { fullName: 'Ana Silva', firstName: 'Ana', lastName: 'Silva' });

    it.each<[string, ReturnType<typeof named>, Record<string, string>]>([
      ['another person behind the same address', named(2, { fullName: 'Ben Smith' }), { fullName: 'Ben Smith' }],
      ['a new last name', named(2, { fullName: 'Ana Costa' }), { fullName: 'Ana Costa', firstName: 'Ana' }],
      [
        'a new last name, in parts',
        named(2, { fullName: 'Ana Costa', firstName: 'Ana', lastName: 'Costa' }),
        { fullName: 'Ana Costa', firstName: 'Ana', lastName: 'Costa' },
      ],
      [
        'the same person',
        named(2, { fullName: 'SILVA, Ana' }),
        { fullName: 'SILVA, Ana', firstName: 'Ana', lastName: 'Silva' },
      ],
      [
        'an apostrophe more',
        named(2, { fullName: 'Ana O’Silva-Costa' }),
        { fullName: 'Ana O’Silva-Costa', firstName: 'Ana' },
      ],
      [
        'another first name alone',
        named(2, { firstName: 'Ben' }),
        { fullName: 'Ana Silva', firstName: 'Ana', lastName: 'Silva' },
      ],
    ])('are those of one response: %s', (_name, second, expected) => {
      const merged = mergeIdentifiers([first, second]);
      expect(Object.fromEntries(Object.entries(merged).map(([key, { value }]) => [key, value]))).toEqual(expected);
    });
  });

  it('does not let a guessed name push out a certain one', () => {
    const at = (id: string, identifiers: IdentifierRecord['identifiers']): IdentifierRecord => ({
      identifiers,
      submittedAt: new Date(0),
      completed: true,
      id,
    });
    const certain = at('a', { firstName: { value: 'Ana', source: 'field:n', confidence: 0.8 } });
    const guessed = (value: string) => at('b', { fullName: { value, source: 'hidden:name', confidence: 0.6 } });
    expect(mergeIdentifiers([certain, guessed('Ben Smith')])).toMatchObject({ firstName: { value: 'Ana' } });
    expect(mergeIdentifiers([certain, guessed('Ben Smith')]).fullName).toBeUndefined();
    expect(mergeIdentifiers([certain, guessed('Ana Silva')])).toMatchObject({
      firstName: { value: 'Ana' },
      fullName: { value: 'Ana Silva' },
    });
  });

  it('adds the parts that fit, whichever response gave them last', () => {
    const at = (day: number, names: Record<string, string>): IdentifierRecord => ({
      identifiers: Object.fromEntries(
        Object.entries(names).map(([key, value]) => [key, { value, source: 'field:n', confidence: 0.8 }]),
      ),
      submittedAt: new Date(Date.UTC(2026, 0, day)),
      completed: true,
      id: `r${day}`,
    });
    const merged = mergeIdentifiers([
      at(1, { firstName: 'Ana', lastName: 'Silva' }),
      at(2, { fullName: 'Ana Costa' }),
      at(3, { firstName: 'Ben' }),
    ]);
    expect(merged).toMatchObject({ fullName: { value: 'Ana Costa' }, firstName: { value: 'Ana', from: 'r1' } });
    expect(merged.lastName).toBeUndefined();
  });

  it('merges per key and gives nothing for nothing', () => {
    const email = { email: { value: 'a@example.com', source: 'field:e', confidence: 0.95 } };
    const other = { identifiers: email, submittedAt: new Date(0), completed: false, id: 'z' };
    expect(mergeIdentifiers([record('a', 'A', 0.8, true, 1), other])).toMatchObject({
      city: { from: 'a' },
      email: { from: 'z' },
    });
    expect(mergeIdentifiers([])).toEqual({});
  });

  it('does not depend on the order of the records', () => {
    const identifier = fc.record({
      value: fc.constantFrom('x', 'y'),
      source: fc.constantFrom('field:1', 'field:2'),
      confidence: fc.constantFrom(0.7, 0.8, 1),
    });
    const records = fc.uniqueArray(
      fc.record({
        identifiers: fc.dictionary(fc.constantFrom(...IDENTIFIER_KEYS), identifier),
        submittedAt: fc.constantFrom(new Date(0), new Date(1000)),
        completed: fc.boolean(),
        id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      }),
      { selector: ({ id }) => id, maxLength: 6 },
    );
    const shuffled = records.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(mergeIdentifiers(other)).toEqual(mergeIdentifiers(list));
      }),
    );
  });
});
