import { buildForm } from '../forms/form-templates';
import { inventSubmission } from '../generator/submissions';
import type { Submission } from '../model';
import { eventIdOf, renderBody, sign } from './payload';

/** RFC 4231, test case 2. */
const RFC_4231_CASE_2 = Buffer.from('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 'hex').toString(
  'base64',
);

function submission(template: 'every_type' | 'legacy', change: Partial<Submission> = {}): Submission {
  const form = buildForm(template, 'en', '1', 0);
  const submittedAtMs = Date.UTC(2026, 0, 31);
  return { ...inventSubmission({ form, seed: 's', type: 'completed', submittedAtMs, answerAll: true }), ...change };
}

interface Envelope {
  event_id: string;
  event_type: string;
  form_response: Record<string, unknown> & {
    token: string;
    definition: { fields: { id: string; ref: string; choices: unknown[] }[]; endings: { id: string; ref: string }[] };
  };
}

const envelopeOf = (body: Buffer) => JSON.parse(body.toString('utf8')) as Envelope;

describe('renderBody', () => {
  it('is compact JSON in UTF-8 with a trailing newline', () => {
    const text = renderBody(submission('every_type'), 'E1').toString('utf8');
    expect(text.endsWith('}\n')).toBe(true);
    expect(text).toBe(`${JSON.stringify(JSON.parse(text))}\n`);
    expect(text).toContain('São Paulo');
  });

  it('has the envelope and the members of a current delivery', () => {
    const { event_id, event_type, form_response } = envelopeOf(renderBody(submission('every_type'), 'E1'));
    expect([event_id, event_type]).toEqual(['E1', 'form_response']);
    expect(form_response).toMatchObject({
      submitted_at: '2026-01-31T00:00:00Z',
      calculated: { score: expect.any(Number) },
    });
    expect(form_response.landed_at).toMatch(/^2026-01-30T23:\d\d:\d\dZ$/);
    expect(form_response.response_url).toContain(form_response.token);
    expect(form_response.ending).toEqual({
      id: form_response.definition.endings[0]!.id,
      ref: form_response.definition.endings[0]!.ref,
    });
  });

  it('sends flags only when true, choices beside the field, and empty properties', () => {
    const { fields } = envelopeOf(renderBody(submission('every_type'), 'E1')).form_response.definition;
    const byRef = (ref: string) => fields.find((field) => field.ref === ref)!;
    expect(byRef('pick_one')).not.toHaveProperty('allow_multiple_selections');
    expect(byRef('pick_several_or_other')).toMatchObject({
      allow_multiple_selections: true,
      allow_other_choice: true,
      properties: {},
    });
    expect(byRef('pick_one').choices).toHaveLength(4);
  });

  it('renders the old style without refs, landed_at, ending, and with calculated: null', () => {
    const { form_response } = envelopeOf(renderBody(submission('legacy'), 'E1'));
    expect(form_response.calculated).toBeNull();
    expect(form_response).not.toHaveProperty('landed_at');
    expect(form_response).not.toHaveProperty('ending');
    expect(JSON.stringify(form_response)).not.toContain('"ref"');
    expect(form_response.definition.fields[0]!.id).toMatch(/^\d+$/);
  });

  it('names a partial by its event type and gives it no ending', () => {
    const { event_type, form_response } = envelopeOf(renderBody(submission('every_type', { type: 'partial' }), 'E1'));
    expect(event_type).toBe('form_response_partial');
    expect(form_response).not.toHaveProperty('ending');
  });
});

describe('eventIdOf', () => {
  it('is a ULID, the same on every call, another one for another webhook, attempt or event type', () => {
    const complete = submission('every_type');
    const ids = [
      eventIdOf(complete, 'a', 0),
      eventIdOf(complete, 'b', 0),
      eventIdOf(complete, 'a', 1),
      eventIdOf({ ...complete, type: 'partial' }, 'a', 0),
    ];
    expect(new Set(ids).size).toBe(4);
    expect(ids[0]).toMatch(/^01[0-9A-HJKMNP-TV-Z]{24}$/);
    expect(eventIdOf(complete, 'a', 0)).toBe(ids[0]);
  });

  it('is 10 alphanumerics in the old style', () => {
    expect(eventIdOf(submission('legacy'), 'a', 0)).toMatch(/^[A-Za-z0-9]{10}$/);
  });
});

describe('sign', () => {
  it('is sha256= and the padded base64 of the HMAC over the bytes', () => {
    expect(sign(Buffer.from('what do ya want for nothing?'), 'Jefe')).toBe(`sha256=${RFC_4231_CASE_2}`);
  });
});
