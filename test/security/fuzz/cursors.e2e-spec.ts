/** Cursors are opaque to callers, and whatever they send in their place is a cursor of ours or refused. */
import * as fc from 'fast-check';
import { DomainError } from '../../../src/core/problem';
import { decodeCursor, type Position, toPage } from '../../../src/rest/page';
import { askEmail, newEvent } from '../../support/events';
import { operationsOf } from '../../support/openapi-operations';
import { startTestApp, TestApp } from '../../support/test-app';
import { changedText, corpusOf, fuzz, TEXT, wellFormed } from './fuzzing';

const encode = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url');
const encodePosition = (position: Position): string =>
  toPage(
    [0, 1],
    1,
    () => position,
    () => null,
  ).nextCursor ?? '';

const kept = corpusOf('cursors', TEXT);
const ID = '00000000-0000-4000-8000-000000000000';
const time = fc.oneof(
  fc.date({ noInvalidDate: false }).map((date) => (Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString())),
  fc.constantFrom('0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '2026-02-30T00:00:00Z', '2026-01-01T24:00:00Z'),
  fc.constantFrom('2026-01-01T00:00:00.123456789Z', '2026-01-01', '-000001-01-01T00:00:00Z', '+275760-09-13T00:00:00Z'),
);
const tie = fc.oneof(
  fc.constantFrom(
    ID,
    '1',
    '-1',
    '9223372036854775808',
    '1e9',
    '',
    '\u0000',
    '\ud800',
    "'",
    'x'.repeat(600),
    'infinity',
  ),
  fc.string({ unit: 'binary' }),
);
/** What a cursor holds, or nearly. */
const position = fc.tuple(fc.oneof(time, fc.jsonValue()), fc.array(fc.oneof(tie, fc.jsonValue()), { maxLength: 3 }));
/** The document inside a kept cursor with a few pieces changed. */
const insides = kept.map((cursor) => Buffer.from(cursor, 'base64url').toString('utf8'));
const arbitrary = fc.oneof(
  position.map(([at, ties]) => encode([at, ...ties])),
  changedText(insides, ['"', ',', '[', ']', 'Z', '\\u0000', '\\ud800']).map((text) =>
    Buffer.from(text).toString('base64url'),
  ),
  changedText(kept),
);
const input = { folder: 'cursors', notation: TEXT, arbitrary };

it('cursors by themselves', () =>
  fuzz('cursors', input, (cursor) => {
    for (const ties of [0, 1, 2]) {
      let decoded: Position | null;
      try {
        decoded = decodeCursor(cursor, ties);
      } catch (error) {
        expect(error).toBeInstanceOf(DomainError);
        expect(error).toMatchObject({ code: 'validation_failed' });
        continue;
      }
      expect(decoded).toHaveLength(ties + 1);
      expect(Number.isNaN(decoded?.[0].getTime())).toBe(false);
      expect(decodeCursor(encodePosition(decoded!), ties)).toEqual(decoded);
    }
  }));

describe('in lists', () => {
  let app: TestApp;
  let lists: string[];
  beforeAll(async () => {
    app = await startTestApp();
    for (const email of ['one@example.com', 'two@example.com'])
      await app.deliver(newEvent({ questions: [askEmail(email)] })).expect(200);
    await app.settled();
    const document = (await app.http.get('/openapi.json').expect(200)).body as object;
    lists = operationsOf(document)
      // Typeform's own pages: its cursor is a number of a page.
      .filter(({ query, path }) => query.some(({ name }) => name === 'cursor') && path !== '/v1/typeform/forms')
      .map(({ path }) => path);
  });
  afterAll(() => app.stop());

  it('cursors in every list', async () => {
    expect(lists.length).toBeGreaterThanOrEqual(8);
    let turn = 0;
    await fuzz('cursors-in-lists', input, async (cursor) => {
      // What is kept goes to every list, the rest to one after the other.
      const asked = kept.includes(cursor) ? lists : [String(lists[turn++ % lists.length])];
      for (const path of asked) {
        const { status } = await app.admin('get', `${path}?limit=1&cursor=${encodeURIComponent(wellFormed(cursor))}`);
        expect({ path, status, expected: [200, 400, 422].includes(status) }).toMatchObject({ expected: true });
      }
    });
  });
});
