import { buildForm } from '../forms/form-templates';
import { inventSubmission } from '../generator/submissions';
import { responseItem } from './response-item';

const form = buildForm('every_type', 'en', '1', 0);
const submittedAtMs = Date.UTC(2026, 0, 31);
const invent = (seed: number, type: 'completed' | 'started' = 'completed') =>
  inventSubmission({ form, seed: String(seed), type, submittedAtMs, answerAll: true });

describe('responseItem', () => {
  it('has the members of the Responses API', () => {
    const submission = invent(1);
    expect(submission.outcome).toBeDefined();
    expect(responseItem(submission)).toMatchObject({
      landing_id: submission.token,
      token: submission.token,
      response_id: submission.token,
      response_type: 'completed',
      landed_at: expect.stringMatching(/^2026-01-30T23:\d\d:\d\dZ$/),
      submitted_at: '2026-01-31T00:00:00Z',
      metadata: { user_agent: expect.any(String), network_id: expect.any(String) },
      calculated: { score: submission.score },
      variables: submission.variables,
      thankyou_screen_ref: form.thankyou_screens[0]!.ref,
      outcome: submission.outcome,
    });
  });

  it('gives files another address than deliveries do', () => {
    const submission = invent(1);
    const { field, file_url } = submission.answers.find(({ type }) => type === 'file_url')!;
    const item = responseItem(submission, [field.id]);
    const name = String(file_url).split('/').at(-1);
    const path = `/forms/${form.id}/responses/${submission.token}/fields/${field.id}/files/${name}`;
    expect(item.answers).toEqual([{ type: 'file_url', file_url: `https://api.typeform.com${path}`, field }]);
  });

  it('puts the literal "other" among the ids of choices when something was typed', () => {
    const submissions = Array.from({ length: 20 }, (_, seed) => invent(seed));
    const typed = submissions.flatMap((submission) =>
      submission.answers
        .filter(({ choices }) => typeof choices === 'object' && choices !== null && 'other' in choices)
        .map(({ field, choices }) => ({ listed: responseItem(submission, [field.id]).answers, field, choices })),
    );
    expect(typed).not.toHaveLength(0);
    for (const { listed, field, choices } of typed) {
      const { ids, ...rest } = choices as { ids: string[] };
      expect(listed).toEqual([{ type: 'choices', choices: { ids: [...ids, 'other'], ...rest }, field }]);
    }
  });

  it('has no submitted_at and no answers for one that was only started', () => {
    const item = responseItem(invent(1, 'started'));
    expect(item).not.toHaveProperty('submitted_at');
    expect(item).toMatchObject({ response_type: 'started', answers: [] });
  });
});
