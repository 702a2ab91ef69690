/** What the checks of a form say about a window of time: is everything that Typeform has also here? Pure. */

export const VERDICTS = ['complete', 'missing', 'not_yet_known', 'unreachable'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A check that listed everything submitted from `since` on (null: everything) that Typeform showed. */
export interface FinishedCheck {
  since: Date | null;
  startedAt: Date;
  finishedAt: Date;
}

/** The facts about one form. */
export interface Findings {
  /** `since` null: from the first response on; `until` null: as far as can be known. */
  window: { since: Date | null; until: Date | null };
  /** Newest first. */
  finished: readonly FinishedCheck[];
  /** The newest check could not ask Typeform. */
  failing: boolean;
  /** Responses in the window that Typeform is known to have and that are not here. */
  missing: number;
  now: Date;
}

/** Typeform shows a submission up to about half an hour late (typeform.md section 6); the rest allows for clocks and delays. */
const LAG_MS = 60 * 60_000;
/** Checks are made every 24 hours: an older one means that they are not made. */
const OUTDATED_MS = 26 * 60 * 60_000;

/** The verdict, when Typeform was asked about the window, and up to when that check can have seen everything. */
export function judgeCompleteness({ window, finished, failing, missing, now }: Findings): {
  verdict: Verdict;
  checkedAt: Date | null;
  knownUntil: Date | null;
} {
  const check = finished.find(({ since }) => since === null || (window.since !== null && since <= window.since));
  const knownUntil = check ? new Date(check.startedAt.getTime() - LAG_MS) : null;
  const checkedAt = check?.finishedAt ?? null;
  if (missing > 0) return { verdict: 'missing', checkedAt, knownUntil };
  const seen = knownUntil !== null && coversEnd(window, knownUntil, { failing, now });
  return { verdict: seen ? 'complete' : failing ? 'unreachable' : 'not_yet_known', checkedAt, knownUntil };
}

/** A closed window stays known once it is; an open one has to be looked at again and again. */
function coversEnd(
  { since, until }: Findings['window'],
  knownUntil: Date,
  { failing, now }: Pick<Findings, 'failing' | 'now'>,
): boolean {
  if (until !== null) return until <= knownUntil;
  const outdated = now.getTime() - knownUntil.getTime() > OUTDATED_MS + LAG_MS;
  return !outdated && !failing && (since === null || since <= knownUntil);
}
