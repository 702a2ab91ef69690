/** Asks a service whether anything is lost, and draws its answer. */
import { z } from 'zod';
import { VERDICTS } from '../core/completeness';
import type { HttpClient } from './http-client';

const count = z.number().nullable();
const REPORT = z.object({
  items: z.array(
    z.looseObject({
      formId: z.string(),
      atTypeform: count,
      received: count,
      recovered: count,
      failed: count,
      erased: count,
      missing: count,
      verdict: z.enum(VERDICTS),
      checkedAt: z.string().nullable(),
      knownUntil: z.string().nullable(),
      check: z.looseObject({ status: z.string(), seen: z.number(), error: z.string().nullable() }).nullable(),
    }),
  ),
});
const PROBLEM = z.object({
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});
export type Completeness = z.infer<typeof REPORT>;

/** The service to ask. */
export interface Target {
  url: string;
  key: string;
  signal: AbortSignal;
}

/** GET: what is known; POST: starts a check. Throws an error that says what the service answered. */
export async function readCompleteness(
  http: HttpClient,
  { url, key, signal }: Target,
  { method, since, form }: { method: 'GET' | 'POST'; since: string; form?: string },
): Promise<Completeness> {
  const wanted = { since, ...(form === undefined ? {} : { formId: form }) };
  const path = `${url}/v1/completeness`;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const asked =
    method === 'GET'
      ? http.send(`${path}?${new URLSearchParams(wanted).toString()}`, { headers, signal })
      : http.send(path, { method, headers, body: Buffer.from(JSON.stringify(wanted)), signal });
  const { status, text } = await asked.catch((cause: Error) => {
    const code = (cause.cause as NodeJS.ErrnoException | undefined)?.code;
    if (code !== 'ECONNREFUSED' && code !== 'ENOTFOUND') throw cause;
    throw new Error(`${cause.message}: start the service, or correct --url`, { cause });
  });
  if (status === 401)
    throw new Error(
      `${path}: the API key is unknown, expired or revoked (401): give one with --key, or set ADMIN_API_KEY`,
    );
  if (status >= 300) throw new Error(`${path} answered ${status}: ${detailOf(text)}`);
  return REPORT.parse(JSON.parse(text));
}

/** What a problem document says; else the answer as it came. */
function detailOf(text: string): string {
  const problem = PROBLEM.safeParse(parsed(text));
  if (!problem.success) return text;
  const { detail, errors } = problem.data;
  return [detail, errors.map(({ path, message }) => `${path} ${message}`.trim()).join('; ')].filter(Boolean).join(': ');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

const COLUMNS = [
  'form',
  'at Typeform',
  'received',
  'recovered',
  'failed',
  'erased',
  'missing',
  'verdict',
  'checked at',
  'known until',
];

const ASK_NOW = 'not_yet_known: no recent check covers all of this time. Ask Typeform now with --check.';
const ASK_LATER = 'not_yet_known: Typeform may not show the last hour yet. Ask again later.';

/** A table with a line for each form; below it, why Typeform could not be asked, and how to learn what is not known yet. */
export function formatCompleteness({ items }: Completeness, { checked }: { checked: boolean }): string {
  if (items.length === 0) return 'No form has a webhook here. Name one with --form.';
  const rows = items.map((item) =>
    [
      item.formId,
      ...[item.atTypeform, item.received, item.recovered, item.failed, item.erased, item.missing],
      item.verdict,
      toTheSecond(item.checkedAt),
      toTheSecond(item.knownUntil),
    ].map((cell) => String(cell ?? '-')),
  );
  const table = [COLUMNS, ...rows];
  const widths = COLUMNS.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const problems = items.flatMap(problemOf);
  const unknown = items.some(({ verdict }) => verdict === 'not_yet_known');
  const hints = unknown ? [checked ? ASK_LATER : ASK_NOW] : [];
  return [...lines, ...problems, ...hints].join('\n');
}

/** Why Typeform could not be asked, and how old the numbers in the form's line are. */
function problemOf({ formId, atTypeform, checkedAt, check }: Completeness['items'][number]): string[] {
  if (!check?.error) return [];
  if (atTypeform === null) return [`${formId}: ${check.error}.`];
  const from = checkedAt === null ? 'earlier checks' : `the last check that succeeded, at ${toTheSecond(checkedAt)}`;
  return [`${formId}: ${check.error}. Its numbers are from ${from}.`];
}

const toTheSecond = (time: string | null): string | null => time && time.replace(/\.\d+Z$/, 'Z');
