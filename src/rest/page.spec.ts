import * as fc from 'fast-check';
import { DomainError } from '../core/problem';
import { decodeCursor, Position, toPage } from './page';

const row = (index: number): [Date, string] => [new Date(1_700_000_000_000 + index), `id-${index}`];
const page = (rows: [Date, string][], limit: number) =>
  toPage(
    rows,
    limit,
    (r): Position => r,
    (r) => r[1],
  );

describe('toPage and decodeCursor', () => {
  it('a page that is not the last one ends in a cursor to its last row', () => {
    const { items, nextCursor } = page([row(1), row(2), row(3)], 2);
    expect(items).toEqual(['id-1', 'id-2']);
    expect(decodeCursor(nextCursor ?? '', 1)).toEqual(row(2));
  });

  it('the last page has none', () => {
    expect(page([row(1), row(2)], 2)).toEqual({ items: ['id-1', 'id-2'], nextCursor: null });
    expect(decodeCursor(undefined, 1)).toBeNull();
  });

  it('gives back any position', () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
        fc.string(),
        fc.string(),
        (at, a, b) => {
          const { nextCursor } = toPage([0, 1], 1, () => [at, a, b], String);
          expect(decodeCursor(nextCursor ?? '', 2)).toEqual([at, a, b]);
        },
      ),
    );
  });

  it('refuses anything else, and never throws another error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          decodeCursor(text, 1);
          return false;
        } catch (error) {
          return error instanceof DomainError && error.code === 'validation_failed';
        }
      }),
    );
  });
});
