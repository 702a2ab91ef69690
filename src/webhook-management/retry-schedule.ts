/** When a change that Typeform has not confirmed is sent again. Pure. */
import { backoffSeconds } from '../core/backoff';

/** 2 s, 5 s, 15 s, 39 s, 106 s, ... */
const GROWTH = { initialSeconds: 2, multiplier: 2.7, jitterPercent: 20 };
const LONGEST_SECONDS = 300;

/** The pause after so many calls in a row without a usable answer, in seconds: never much longer than a comparison takes to come by. */
export function retryDelaySeconds(failures: number, reconcileIntervalSeconds: number, random: number): number {
  const maxSeconds = reconcileIntervalSeconds > 0 ? reconcileIntervalSeconds : LONGEST_SECONDS;
  return backoffSeconds({ ...GROWTH, maxSeconds }, failures, random);
}
