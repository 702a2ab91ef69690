/** The readers of JSON find what JSON.parse finds, or refuse what it refuses, for any bytes. */
import { isUtf8 } from 'node:buffer';
import { nestsDeeperThan } from '../../../src/core/json-depth';
import { DomainError } from '../../../src/core/problem';
import { parseTypeformEvent, readEnvelope } from '../../../src/core/typeform-event';
import { parseJsonBody } from '../../../src/rest/json-body';
import { legacyEvent, question, toBody } from '../../fixtures/typeform-events';
import { newEvent, newPartial } from '../../support/events';
import { BYTES, changed, corpusOf, fuzz } from './fuzzing';

const TOKENS = [
  ...['{', '}', '[', ']', '"', ':', ',', '\\', '\\u', '\\ud83d', '\\"', ' ', '\n', '\t', '\ufeff', '\u0000'],
  ...['true', 'false', 'null', '0', '-0', '1e5', '1E-7', '.5', '01', '{}', '[]', '""', '{"a":', '[1,'],
  ...[
    '"event_id":',
    '"event_type":',
    '"form_response":{',
    '"form_id":"a"',
    '"token":',
    '"__proto__":',
    '"submitted_at":',
  ],
];
const seeds = [
  ...corpusOf('json', BYTES),
  toBody(newEvent({ questions: [question('a', 'é\n"\\', 'short_text', 'text', '\ud83d\ude00')] })),
  toBody(newPartial({ questions: [] })),
  toBody(legacyEvent()),
];
const input = { folder: 'json', notation: BYTES, arbitrary: changed(seeds, TOKENS) };

type Outcome<T> = { value: T } | { refused: string };

function outcomeOf<T>(read: () => T): Outcome<T> {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof DomainError) return { refused: error.code };
    throw error;
  }
}

it('the envelope of an event is what JSON.parse finds', () =>
  fuzz('envelope', input, (bytes) => {
    // The whole event is read by JSON.parse, the envelope by a reader of our own.
    const whole = outcomeOf(() => parseTypeformEvent(bytes));
    const found = outcomeOf(() => readEnvelope(bytes));
    if ('refused' in whole) return expect(found).toEqual({ refused: 'invalid_event' });
    const { eventId, eventType, formId, token, submittedAt } = whole.value;
    expect(found).toEqual({ value: { eventId, eventType, formId, token, submittedAt } });
  }));

it('a body of the admin API is what JSON.parse finds', () =>
  fuzz('json-body', input, (bytes) => {
    const found = outcomeOf(() => parseJsonBody(bytes));
    const expected = parsed(bytes);
    if (expected === undefined) return expect(found).toEqual({ refused: 'bad_request' });
    expect(found).toEqual(expected);
    const depth = depthOf(expected.value);
    if (depth > 0) expect(nestsDeeperThan(bytes, depth - 1)).toBe(true);
  }));

/** The same by JSON.parse; undefined when that refuses it, or it is no UTF-8. */
function parsed(bytes: Buffer): { value: unknown } | undefined {
  if (!isUtf8(bytes)) return undefined;
  try {
    return { value: JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, '')) };
  } catch {
    return undefined;
  }
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
