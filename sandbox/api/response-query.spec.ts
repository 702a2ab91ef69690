import fc from 'fast-check';
import { buildForm } from '../forms/form-templates';
import { inventSubmission } from '../generator/submissions';
import type { Submission } from '../model';
import { ApiError } from './api-error';
import { type Page, pageOf, ResponseQuery } from './response-query';

const form = buildForm('onboarding', 'en', '1', 0);

/** Submissions at these seconds, in the order of the list. */
function submissionsAt(seconds: number[], type: Submission['type'] = 'completed'): Submission[] {
  return seconds.map((second, index) =>
    inventSubmission({ form, seed: `${type}${index}`, type, submittedAtMs: second * 1000 }),
  );
}

function query(all: Submission[], parameters: Record<string, unknown> = {}, visible = all) {
  return pageOf(visible, all, ResponseQuery.parse(parameters));
}

const tokensOf = (submissions: Submission[]) => submissions.map(({ token }) => token);
const anySeconds = fc.array(fc.integer({ min: 100_000, max: 100_005 }), { maxLength: 30 });
const anyPageSize = fc.integer({ min: 1, max: 12 });

describe('pageOf', () => {
  it('lists the newest first, 25 to a page', () => {
    const all = submissionsAt(Array.from({ length: 30 }, (_, i) => 100_000 + i));
    const page = query(all);
    expect(page).toMatchObject({ total_items: 30, page_count: 2 });
    expect(tokensOf(page.items)).toEqual(tokensOf(all.slice(5).reverse()));
  });

  it.each([
    ['until a short page', ({ items }: Page, pageSize: number) => items.length < pageSize],
    ['until page_count <= 1', ({ page_count }: Page) => page_count <= 1],
  ])('gives every response once to a client that walks with before %s', (_, isLast) => {
    fc.assert(
      fc.property(anySeconds, anyPageSize, (seconds, pageSize) => {
        const all = submissionsAt(seconds);
        const seen: string[] = [];
        let ended = false;
        for (let walked = 0; walked <= all.length && !ended; walked++) {
          const page = query(all, { page_size: pageSize, before: seen.at(-1) });
          seen.push(...tokensOf(page.items));
          ended = isLast(page, pageSize);
        }
        expect(ended).toBe(true);
        expect(seen).toEqual(tokensOf(query(all, { page_size: 1000 }).items));
      }),
      { numRuns: 30 },
    );
  });

  it('walks from old to new with after', () => {
    const all = submissionsAt([100_003, 100_001, 100_002, 100_001]);
    const oldest = all[1]!.token;
    expect(tokensOf(query(all, { after: oldest }).items)).toEqual([all[3], all[2], all[0]].map((each) => each!.token));
  });

  it('accepts a cursor that has been deleted since, and refuses an unknown one', () => {
    const all = submissionsAt([100_001, 100_002, 100_003]);
    const visible = all.filter((_, index) => index !== 1);
    expect(tokensOf(query(all, { before: all[1]!.token }, visible).items)).toEqual([all[0]!.token]);
    expect(() => query(all, { before: 'nobody' })).toThrow(ApiError);
  });

  it('refuses a cursor together with sort', () => {
    const all = submissionsAt([100_001]);
    expect(() => query(all, { before: all[0]!.token, sort: 'submitted_at,asc' })).toThrow(ApiError);
  });

  it.each([
    ['since, inclusive', { since: '1970-01-02T03:46:42Z' }, [3, 2]],
    ['until, inclusive, in Unix seconds', { until: '100002' }, [2, 1, 0]],
    ['since without a zone means UTC', { since: '1970-01-02T03:46:43' }, [3]],
    ['ascending', { sort: 'submitted_at,asc' }, [0, 1, 2, 3]],
  ])('filters and sorts: %s', (_, parameters, expected) => {
    const all = submissionsAt([100_000, 100_001, 100_002, 100_003]);
    expect(tokensOf(query(all, parameters).items)).toEqual(expected.map((index) => all[index]!.token));
  });

  it('includes and excludes response ids', () => {
    const all = submissionsAt([100_000, 100_001, 100_002]);
    const [a, b, c] = tokensOf(all);
    expect(tokensOf(query(all, { included_response_ids: `${a},${b},unknown` }).items)).toEqual([b, a]);
    expect(tokensOf(query(all, { excluded_response_ids: b }).items)).toEqual([c, a]);
  });

  it('lists completed ones unless asked for others', () => {
    const all = (['completed', 'partial', 'started'] as const).flatMap((type) => submissionsAt([100_000], type));
    const typesOf = (parameters: object) =>
      query(all, { ...parameters })
        .items.map(({ type }) => type)
        .sort();
    expect(typesOf({})).toEqual(['completed']);
    expect(typesOf({ response_type: 'started,partial' })).toEqual(['partial', 'started']);
    expect(typesOf({ completed: 'false' })).toEqual(['partial', 'started']);
    expect(typesOf({ completed: 'true' })).toEqual(['completed']);
  });

  it('searches the answers in any case of letters', () => {
    const all = submissionsAt([100_000, 100_001, 100_002]);
    const email = String(all[1]!.answers.find(({ type }) => type === 'email')!.email);
    expect(tokensOf(query(all, { query: email.toUpperCase() }).items)).toEqual([all[1]!.token]);
  });

  it.each([
    { page_size: 0 },
    { page_size: 1001 },
    { since: 'yesterday' },
    { sort: 'name,asc' },
    { response_type: 'x' },
  ])('refuses %j', (parameters) => {
    expect(ResponseQuery.safeParse(parameters).success).toBe(false);
  });
});
