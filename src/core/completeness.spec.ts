import { FinishedCheck, Findings, judgeCompleteness } from './completeness';

const at = (hours: number): Date => new Date(Date.UTC(2026, 2, 10) + hours * 3_600_000);
/** A check of everything submitted from `since` on, made at hour 0. */
const check = (since: Date | null, startedAt = at(0)): FinishedCheck => ({ since, startedAt, finishedAt: startedAt });
const judge = (findings: Partial<Findings>) =>
  judgeCompleteness({
    window: { since: null, until: null },
    finished: [check(null)],
    failing: false,
    missing: 0,
    now: at(1),
    ...findings,
  });
const verdict = (findings: Partial<Findings>) => judge(findings).verdict;

it('says until when the check can have seen everything', () => {
  expect(judge({})).toEqual({ verdict: 'complete', checkedAt: at(0), knownUntil: at(-1) });
});

it.each([
  ['nothing was ever checked', { finished: [] }, 'not_yet_known'],
  ['nothing could ever be checked', { finished: [], failing: true }, 'unreachable'],
  ['the check did not look back far enough', { finished: [check(at(-10))] }, 'not_yet_known'],
  [
    'the check did not look back far enough for this window',
    { finished: [check(at(-10))], window: { since: at(-11), until: null } },
    'not_yet_known',
  ],
  [
    'the check looked back exactly so far',
    { finished: [check(at(-10))], window: { since: at(-10), until: null } },
    'complete',
  ],
  ['an older check looked back far enough', { finished: [check(at(-10)), check(null, at(-2))] }, 'complete'],
  ['the window ends before the last hour', { window: { since: null, until: at(-1) } }, 'complete'],
  ['the window ends in the last hour', { window: { since: null, until: at(-0.9) } }, 'not_yet_known'],
  ['the window begins in the last hour', { window: { since: at(-0.5), until: null } }, 'not_yet_known'],
  ['nobody has looked for more than a day', { now: at(27) }, 'not_yet_known'],
  [
    'nobody has looked for more than a day, but the window is past',
    { now: at(27), window: { since: null, until: at(-5) } },
    'complete',
  ],
  ['Typeform cannot be asked any more', { failing: true }, 'unreachable'],
  [
    'Typeform cannot be asked any more, but the window is past',
    { failing: true, window: { since: null, until: at(-5) } },
    'complete',
  ],
  ['something is missing', { missing: 1 }, 'missing'],
  [
    'something is missing and Typeform cannot be asked',
    { missing: 1, failing: true, finished: [check(at(-1))] },
    'missing',
  ],
] as [string, Partial<Findings>, string][])('%s', (_case, findings, expected) => {
  expect(verdict(findings)).toBe(expected);
});
