import * as fc from 'fast-check';
import { completedEvent, EVERY_ANSWER_TYPE, legacyEvent, question, toBody } from '../../test/fixtures/typeform-events';
import { skimJson, Skimmed, Wanted, wanted } from './json-skim';

const INNER = wanted({ id: null, token: null });
const WANTED = wanted({ id: null, inner: INNER, event_id: null, form_response: INNER });

/** The same by JSON.parse; undefined when it refuses the text or finds something else than an object. */
function expected(bytes: Buffer): Skimmed | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isObject(value) ? pick(value, WANTED) : undefined;
  } catch {
    return undefined;
  }
}

function pick(object: Record<string, unknown>, members: Wanted): Skimmed {
  const found: Skimmed = {};
  for (const { name, members: inner } of members) {
    const value = object[name];
    if (!Object.hasOwn(object, name)) continue;
    if (inner) found[name] = isObject(value) ? pick(value, inner) : null;
    else found[name] = typeof value === 'string' ? value : null;
  }
  return found;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const skim = (text: string): Skimmed | null => skimJson(Buffer.from(text), WANTED);

describe('skimJson', () => {
  it.each([
    ['current', completedEvent({ questions: EVERY_ANSWER_TYPE.slice() })],
    ['of 2016', legacyEvent()],
    [
      'with escapes in answers',
      completedEvent({ questions: [question('a', 'a\n"\\', 'short_text', 'text', 'é\t😀')] }),
    ],
  ])('reads an event without the help of JSON.parse: %s', (_name, event) => {
    expect(skimJson(toBody(event), WANTED)).toEqual(expected(toBody(event)));
  });

  it.each([
    ['{}', {}],
    [' \t\r\n{ } \n', {}],
    ['{"id" : "a" , "x":[ 1 , -0.5, true,false,null,[],{}] }', { id: 'a' }],
    ['{"id":"é😀"}', { id: 'é😀' }],
    ['{"id":""}', { id: '' }],
    ['{"id":1,"inner":[{"id":"no"}]}', { id: null, inner: null }],
    ['{"x":{"id":"no"},"inner":{"id":"yes","x":{"id":"no"}}}', { inner: { id: 'yes' } }],
    ['{"id":"first","id":"last"}', { id: 'last' }],
    ['{"id":"first","id":2}', { id: null }],
    ['{"inner":{"id":"first"},"inner":{}}', { inner: {} }],
    ['{"__proto__":{"id":"no"}}', {}],
    ['{"x":"a\\u0026\\uD83Db","id":"a"}', { id: 'a' }],
  ])('reads %s', (text, found) => {
    expect(skim(text)).toEqual(found);
    expect(expected(Buffer.from(text))).toEqual(found);
  });

  it.each([
    ...[
      '',
      ' ',
      '[]',
      '"id"',
      '1',
      'null',
      '\uFEFF{}',
      '{',
      '{"id"',
      '{"id":',
      '{"id":"a',
      '{"id":"a"',
      '{"id":"a"}x',
      '{}{}',
    ],
    ...[
      '{"id":"a",}',
      '{,}',
      '{id:"a"}',
      "{'id':'a'}",
      '{"x":[1,]}',
      '{"x":[,1]}',
      '{"x":[1}',
      '{"x":[1 2]}',
      '{"a" "b"}',
      '{"a";1}',
      '{"a":1;"b":2}',
      '{"x":{"a";1}}',
      '{"x":{"a":1;"b":2}}',
      '{"x":[1;2]}',
    ],
    ...['{"x":01}', '{"x":-}', '{"x":+1}', '{"x":.5}', '{"x":1.}', '{"x":tru}', '{"x":nul', '{"x":nulll}', '{"x":NaN}'],
    ...[
      '{"x":"\n"}',
      '{"x":"\u0000"}',
      '{"x":"\\x"}',
      '{"x":"\\u00"}',
      '{"x":"\\u00g0"}',
      '{"x":"\\u004',
      '{"x":"\\',
      '{"x":"a\\"}',
      '{"x":1}/**/',
    ],
  ])('gives up on what is no JSON object: %j', (text) => {
    expect(expected(Buffer.from(text))).toBeUndefined();
    expect(skim(text)).toBeNull();
  });

  it.each(['{"id":"\\n"}', '{"\\u0069d":"a"}', '{"x":1e5}', `{"x":${'['.repeat(40)}${']'.repeat(40)}}`])(
    'leaves to JSON.parse: %s',
    (text) => {
      expect(expected(Buffer.from(text))).toBeDefined();
      expect(skim(text)).toBeNull();
    },
  );

  const json = fc.json({ maxDepth: 5 });
  const event = fc
    .record({ id: fc.jsonValue(), inner: fc.jsonValue(), other: fc.jsonValue() }, { requiredKeys: [] })
    .map((value) => JSON.stringify(value));

  it('never finds anything else than JSON.parse does, in whole and in damaged texts', () => {
    const piece = fc.constantFrom(...'{}[]",:\\0-.e \n', '"id"', '"inner":{', 'true', 'null', '\\u', '1');
    const damaged = fc
      .tuple(fc.oneof(json, event), fc.nat(), fc.nat({ max: 3 }), fc.array(piece, { maxLength: 3 }))
      .map(([text, at, cut, pieces]) => {
        const start = at % (text.length + 1);
        return text.slice(0, start) + pieces.join('') + text.slice(start + cut);
      });
    fc.assert(
      fc.property(
        fc.oneof(
          json,
          event,
          damaged,
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          const bytes = Buffer.from(text);
          const found = skimJson(bytes, WANTED);
          if (found !== null) expect(found).toEqual(expected(bytes));
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
