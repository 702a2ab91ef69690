import { z } from 'zod';
import type { ResponseType, Submission } from '../model';
import { invalid } from './api-error';
import { parseTime } from './time-parameter';

const DEFAULT_PAGE_SIZE = 25;
const MAX_PAGE_SIZE = 1000;

const time = z.string().transform((text, context) => {
  const parsed = parseTime(text);
  if (parsed === undefined) context.addIssue({ code: 'custom', message: 'must be ISO 8601 or Unix seconds' });
  return parsed ?? z.NEVER;
});
const list = z.string().transform((text) => text.split(',').filter((part) => part !== ''));
const responseTypes = list.pipe(z.array(z.enum(['started', 'partial', 'completed'])));

/** The query of `GET /forms/{id}/responses` (facts, section 6). Unknown parameters are ignored. */
export const ResponseQuery = z.object({
  page_size: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE),
  since: time.optional(),
  until: time.optional(),
  after: z.string().optional(),
  before: z.string().optional(),
  included_response_ids: list.optional(),
  excluded_response_ids: list.optional(),
  response_type: responseTypes.optional(),
  completed: z.enum(['true', 'false']).optional(),
  sort: z
    .string()
    .regex(
      /^(submitted_at|staged_at|landed_at),(asc|desc)$/,
      'the sandbox sorts by submitted_at, staged_at or landed_at',
    )
    .optional(),
  query: z.string().optional(),
  fields: list.optional(),
});
export type ResponseQuery = z.infer<typeof ResponseQuery>;

export interface Page {
  total_items: number;
  page_count: number;
  items: Submission[];
}

/**
 * One page of the `visible` submissions. `all` are the form's submissions in the order in which Typeform received them, including
 * invisible ones: a cursor may point at a response that has been deleted since.
 *
 * Newest first, unless `sort` says otherwise or `after` is given: a walk with `after=<last token>` goes from old to new.
 * `total_items` and `page_count` count what is left from the cursor on, so that a walk ends for a client that waits
 * for a short page as well as for one that waits for `page_count <= 1`.
 * @throws ApiError 400 for a cursor together with `sort`, and for a cursor that is not a response of this form
 */
export function pageOf(visible: readonly Submission[], all: readonly Submission[], query: ResponseQuery): Page {
  const cursor = query.after ?? query.before;
  if (cursor !== undefined && query.sort !== undefined) throw invalid('sort', 'cannot be used with after or before');
  const [sortKey, direction] = (query.sort ?? 'submitted_at,desc').split(',');
  const oldestFirst = ordering(all, sortKey === 'landed_at' ? 'landedAtMs' : 'submittedAtMs');
  const matching = visible.filter((submission) => matches(submission, query)).sort(oldestFirst);
  const beyond =
    cursor === undefined ? inDirection(matching, direction) : beyondCursor(matching, cursor, all, oldestFirst, query);
  return {
    total_items: beyond.length,
    page_count: Math.ceil(beyond.length / query.page_size),
    items: beyond.slice(0, query.page_size),
  };
}

type Ordering = (a: Submission, b: Submission) => number;

function beyondCursor(
  oldestFirst: Submission[],
  cursor: string,
  all: readonly Submission[],
  order: Ordering,
  { after }: ResponseQuery,
): Submission[] {
  const anchor = all.find(({ token }) => token === cursor);
  const parameter = after === undefined ? 'before' : 'after';
  if (!anchor) throw invalid(parameter, `no response of this form has the token "${cursor}"`);
  if (after !== undefined) return oldestFirst.filter((each) => order(each, anchor) > 0);
  return inDirection(
    oldestFirst.filter((each) => order(each, anchor) < 0),
    'desc',
  );
}

/** By time, and within the same second by the order in which Typeform received them. */
function ordering(all: readonly Submission[], key: 'landedAtMs' | 'submittedAtMs'): Ordering {
  const positions = new Map(all.map(({ token }, index) => [token, index]));
  return (a, b) => a[key] - b[key] || (positions.get(a.token) ?? 0) - (positions.get(b.token) ?? 0);
}

function inDirection(oldestFirst: Submission[], direction: string | undefined): Submission[] {
  return direction === 'desc' ? oldestFirst.reverse() : oldestFirst;
}

function matches(submission: Submission, query: ResponseQuery): boolean {
  const { token, type } = submission;
  const atMs = type === 'started' ? submission.landedAtMs : submission.submittedAtMs;
  return (
    wantedTypes(query).includes(type) &&
    (query.since === undefined || atMs >= query.since) &&
    (query.until === undefined || atMs <= query.until) &&
    (query.included_response_ids?.includes(token) ?? true) &&
    !query.excluded_response_ids?.includes(token) &&
    (query.query === undefined || mentions(submission, query.query))
  );
}

/** `response_type` wins over the old `completed`; without either only completed ones are listed. */
function wantedTypes({ response_type, completed }: ResponseQuery): ResponseType[] {
  return response_type ?? (completed === 'false' ? ['started', 'partial'] : ['completed']);
}

/** `query` searches answers, hidden fields and variables. */
function mentions({ answers, hidden, variables }: Submission, text: string): boolean {
  return JSON.stringify([answers, hidden, variables]).toLowerCase().includes(text.toLowerCase());
}
