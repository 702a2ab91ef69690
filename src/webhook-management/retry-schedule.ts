/** When a change that Typeform has not confirmed is sent again. Pure. */
import { backoffSeconds } from '../core/backoff';

/** A call is given up after TYPEFORM_TIMEOUT_SECONDS; this much later, it counts as abandoned by a process that is gone. */
export const LAPSE_MARGIN_SECONDS = 5;
/** How long a call without an answer may still take effect: it may wait in a proxy's queue, or in Typeform's. */
export const DOUBT_SECONDS = 120;
/** How long a change is left to the request that made it: longer than that waits for its turn to call. */
export const IN_HAND_SECONDS = 15;
/** A try that ends without a word of its outcome (no turn, a process that is gone) is repeated after this. */
export const CLAIM_SECONDS = 60;

/** 2 s, 5 s, 15 s, 39 s, 106 s, ... */
const GROWTH = { initialSeconds: 2, multiplier: 2.7, jitterPercent: 20 };
const LONGEST_SECONDS = 300;

/** For `Retry-After`: whole seconds, at least one. */
export function secondsUntil(until: Date, now: Date): number {
  return Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000));
}

/** The pause after so many calls in a row without a usable answer, in seconds: never much longer than a comparison takes to come by. */
export function retryDelaySeconds(failures: number, reconcileIntervalSeconds: number, random: number): number {
  const maxSeconds = reconcileIntervalSeconds > 0 ? reconcileIntervalSeconds : LONGEST_SECONDS;
  return backoffSeconds({ ...GROWTH, maxSeconds }, failures, random);
}
