import * as fc from 'fast-check';
import { completedEvent, legacyEvent, partialEvent, toBody } from '../../test/fixtures/typeform-events';
import { withoutHanging } from '../../test/support/without-hanging';
import { DomainError } from './problem';
import { parseTypeformEvent, readEnvelope } from './typeform-event';

const minimal = { event_id: 'e1', event_type: 'form_response', form_response: { form_id: 'f1', token: 't1' } };

function failureOf(bytes: Uint8Array): DomainError {
  try {
    readEnvelope(bytes);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('the body was accepted');
}

describe('readEnvelope', () => {
  it.each([
    ['current', completedEvent(), '01JB7Q2M8X0S4T6V8W0Y2Z4A6C', '2026-02-01T10:04:30.000Z'],
    ['partial', partialEvent(), '01JB7Q2M8X0S4T6V8W0Y2Z4A5B', '2026-02-01T10:01:00.000Z'],
    ['of 2016', legacyEvent(), 'LtWXD3crgy', '2016-09-14T22:38:22.000Z'],
  ])('reads an event: %s', (_name, event, eventId, submittedAt) => {
    const envelope = readEnvelope(toBody(event));
    expect(envelope).toEqual({
      eventId,
      eventType: event.event_type,
      formId: event.form_response.form_id,
      token: event.form_response.token,
      submittedAt: new Date(submittedAt),
    });
  });

  it('reads bytes in the middle of a larger buffer', () => {
    const padded = Buffer.concat([Buffer.from('xx'), toBody(minimal), Buffer.from('yy')]);
    expect(readEnvelope(padded.subarray(2, -2)).eventId).toBe('e1');
  });

  it.each([
    ['2026-02-01T10:00:00Z', '2026-02-01T10:00:00.000Z'],
    ['2026-02-01T10:00:00.123456+02:00', '2026-02-01T08:00:00.123Z'],
    ['2026-02-30T10:00:00Z', null],
    ['2026-02-01', null],
    ['2026-02-01T10:00:00', null],
    ['yesterday', null],
    ['0000-01-01T00:00:00Z', null],
    ['9999-12-31T23:59:59-14:00', null],
    [1767261600, null],
    [null, null],
  ])('reads submitted_at %j as %j', (text, expected) => {
    const form_response = { ...minimal.form_response, submitted_at: text, landed_at: '2020-01-01T00:00:00Z' };
    const { submittedAt } = readEnvelope(toBody({ ...minimal, form_response }));
    expect(submittedAt?.toISOString() ?? null).toBe(expected);
  });

  it.each([
    ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'UTF-8'],
    ['an overlong encoding', Buffer.from([0x22, 0xc0, 0x80, 0x22]), 'UTF-8'],
    ['UTF-16', Buffer.from(JSON.stringify(minimal), 'utf16le'), 'JSON'],
    ['a byte order mark', Buffer.from(`\uFEFF${JSON.stringify(minimal)}`), 'JSON'],
    ['nothing', Buffer.alloc(0), 'JSON'],
    ['cut off', toBody(minimal).subarray(0, 20), 'JSON'],
    ['an array', toBody([minimal]), 'JSON object'],
    ['null', toBody(null), 'JSON object'],
    ['no event_id', toBody({ ...minimal, event_id: undefined }), 'event_id'],
    ['an empty event_id', toBody({ ...minimal, event_id: '' }), 'event_id'],
    ['a number as event_id', toBody({ ...minimal, event_id: 7 }), 'event_id'],
    ['a NUL in event_id', toBody({ ...minimal, event_id: 'a\u0000b' }), 'event_id'],
    ['a lone surrogate in event_id', toBody({ ...minimal, event_id: 'a\uD800' }), 'event_id'],
    ['a long event_id', toBody({ ...minimal, event_id: 'x'.repeat(129) }), 'event_id'],
    ['no event_type', toBody({ ...minimal, event_type: null }), 'event_type'],
    [
      'no form_response',
      toBody({ ...minimal, form_response: undefined }),
      'form_response.form_id, form_response.token',
    ],
    ['form_response as array', toBody({ ...minimal, form_response: [] }), 'form_response.form_id'],
    ['no token', toBody({ ...minimal, form_response: { form_id: 'f1' } }), 'form_response.token'],
    ['ids in __proto__ only', Buffer.from(`{"__proto__":${JSON.stringify(minimal)}}`), 'event_id'],
  ])('refuses %s', (_name, bytes, part) => {
    const failure = failureOf(bytes);
    expect(failure.code).toBe('invalid_event');
    expect(failure.message).toContain(part);
  });

  it.each([
    ['ids that are written with escapes', '"e\\u0031"', '"f\\/1"', '1'],
    ['an event with a number with an exponent', '"e1"', '"f/1"', '1e3'],
  ])('reads %s', (_name, eventId, formId, score) => {
    const response = `{"form_id":${formId},"token":"t1","score":${score}}`;
    const text = `{"event_id":${eventId},"event_type":"t","form_response":${response}}`;
    expect(readEnvelope(Buffer.from(text))).toMatchObject({ eventId: 'e1', formId: 'f/1', token: 't1' });
  });

  it('finds what the whole event holds, in whatever order and between whatever else', () => {
    const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
    const response = fc.record({
      form_id: id,
      token: id,
      submitted_at: fc.constant('2026-02-01T10:00:00Z'),
      x: fc.jsonValue(),
    });
    const event = fc.record({
      x: fc.jsonValue(),
      form_response: response,
      event_type: id,
      y: fc.jsonValue(),
      event_id: id,
    });
    fc.assert(
      fc.property(event, fc.constantFrom(0, 1, '\t'), (value, indent) => {
        const bytes = Buffer.from(JSON.stringify(value, null, indent));
        expect(parseTypeformEvent(bytes)).toMatchObject(readEnvelope(bytes));
      }),
    );
  });

  it('never quotes the body', () => {
    const failure = failureOf(Buffer.from('{"email":"secret@example.com" oops'));
    expect(JSON.stringify([failure.message, failure.cause])).not.toContain('secret');
  });

  it('never leaves a prototype behind', () => {
    readEnvelope(Buffer.from(JSON.stringify(minimal).replace('{', '{"__proto__":{"polluted":true},')));
    expect('polluted' in {}).toBe(false);
  });

  it('does not hang on a megabyte of nesting', () => {
    const nested = `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`;
    withoutHanging(() => {
      expect(failureOf(Buffer.alloc(1_000_000, '[')).code).toBe('invalid_event');
      expect(readEnvelope(Buffer.from(`${JSON.stringify(minimal).slice(0, -1)},"x":${nested}}`)).eventId).toBe('e1');
    });
  });

  it('throws nothing but invalid_event for any bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        expect(failureOf(input).code).toBe('invalid_event');
      }),
    );
  });
});

describe('parseTypeformEvent', () => {
  it('reads every part', () => {
    const event = parseTypeformEvent(toBody(completedEvent()));
    expect(event).toMatchObject({
      landedAt: new Date('2026-02-01T10:00:00Z'),
      hidden: { user_id: 'u-17', utm_source: 'newsletter' },
      score: 9,
      variables: [{ key: 'score', type: 'number', number: 9 }, { key: 'segment' }],
      ending: { id: 'end1', ref: 'thanks' },
      outcome: null,
      definition: { title: 'Client onboarding' },
    });
    expect(event.answers).toHaveLength(28);
    expect(event.definition.fields[0]).toEqual({
      id: 'id_future',
      ref: 'future',
      type: 'hologram',
      title: 'Something new',
    });
  });

  it('reads a delivery of 2016', () => {
    const event = parseTypeformEvent(toBody(legacyEvent()));
    expect(event).toMatchObject({ landedAt: null, score: null, hidden: {}, ending: null, formId: '1234567' });
    expect(event.definition.fields[0]).toEqual({
      id: '12345',
      ref: null,
      type: 'textfield',
      title: 'What is your name?',
    });
  });

  it('drops optional parts of the wrong type and keeps the rest', () => {
    const form_response = {
      ...minimal.form_response,
      hidden: { name: 'Alice', age: 7, list: ['x'], nothing: null },
      calculated: [],
      variables: {},
      ending: 'end',
      definition: { title: 7, fields: [null, 'x', { id: 5, title: [] }, { title: 'no id' }] },
      answers: [null, 'x', ['y'], { type: 'text', text: 'kept' }],
    };
    expect(parseTypeformEvent(toBody({ ...minimal, form_response }))).toMatchObject({
      hidden: { name: 'Alice', age: '7' },
      score: null,
      variables: [],
      ending: null,
      definition: { title: null, fields: [{ id: '5', ref: null, type: null, title: null }] },
      answers: [{ type: 'text', text: 'kept' }],
    });
  });

  it('keeps no __proto__ among the hidden fields', () => {
    const body =
      '{"event_id":"e","event_type":"t","form_response":{"form_id":"f","token":"t","hidden":{"__proto__":"x","a":"b"}}}';
    expect(Object.getOwnPropertyNames(parseTypeformEvent(Buffer.from(body)).hidden)).toEqual(['a']);
  });

  it('does not depend on the order of keys', () => {
    const reversed = (value: unknown): unknown =>
      typeof value !== 'object' || value === null
        ? value
        : Array.isArray(value)
          ? value.map(reversed)
          : Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, item]) => [key, reversed(item)]),
            );
    const event = completedEvent();
    expect(parseTypeformEvent(toBody(reversed(event)))).toEqual(parseTypeformEvent(toBody(event)));
  });

  it('survives any JSON in any optional part', () => {
    const part = fc.option(fc.jsonValue(), { nil: undefined });
    const parts = fc.record({
      hidden: part,
      calculated: part,
      variables: part,
      definition: fc.oneof(part, fc.record({ title: part, fields: part })),
      answers: part,
      ending: part,
      landed_at: part,
    });
    fc.assert(
      fc.property(parts, (optional) => {
        const form_response = { ...optional, ...minimal.form_response };
        expect(parseTypeformEvent(toBody({ ...minimal, form_response })).eventId).toBe('e1');
      }),
    );
  });
});
