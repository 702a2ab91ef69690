import fc from 'fast-check';
import { nestsDeeperThan } from './json-depth';

/** The definition, over the parsed value. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('nestsDeeperThan', () => {
  it('agrees with the parsed value, whatever the strings hold', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 0, max: 8 }), (value, limit) => {
        expect(nestsDeeperThan(Buffer.from(JSON.stringify(value)), limit)).toBe(depthOf(value) > limit);
      }),
    );
  });

  it.each([
    ['[[]]', 2, false],
    ['[[]]', 1, true],
    ['"[[[["', 1, false],
    ['"\\"[[[["', 1, false],
    ['"\\\\"[[', 1, true],
    ['['.repeat(60_000), 32, true],
  ])('%# %s beyond %i: %s', (json, limit, deeper) => {
    expect(nestsDeeperThan(Buffer.from(json), limit)).toBe(deeper);
  });
});
