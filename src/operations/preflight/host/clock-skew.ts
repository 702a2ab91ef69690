/** How far apart clocks are. Pure. */
import { failed, Finding, passed } from '../../check';

const MAX_SKEW_SECONDS = 5;

/** A reading of another clock, and our own clock before and after it. Milliseconds since 1970. */
export interface ClockReading {
  whose: string;
  theirMs: number;
  askedAtMs: number;
  heardAtMs: number;
  /** The resolution of the other clock. */
  precisionMs: number;
}

/** Fails when any clock is certainly more than 5 s off ours. */
export function judgeClocks(readings: readonly ClockReading[]): Finding {
  const skews = readings.map(({ whose, theirMs, askedAtMs, heardAtMs, precisionMs }) => {
    const skewMs = theirMs - (askedAtMs + heardAtMs) / 2;
    const uncertainMs = (heardAtMs - askedAtMs) / 2 + precisionMs;
    const seconds = Math.abs(skewMs / 1000).toFixed(1);
    return {
      text: `${whose} is ${seconds} s ${skewMs < 0 ? 'behind' : 'ahead'}`,
      tooMuch: Math.abs(skewMs) - uncertainMs > MAX_SKEW_SECONDS * 1000,
    };
  });
  const evidence = skews.map(({ text }) => text).join('; ');
  if (!skews.some(({ tooMuch }) => tooMuch)) return passed(evidence);
  return failed(
    evidence,
    `synchronise the clocks with NTP (timedatectl, chronyc tracking): they may differ by at most ${MAX_SKEW_SECONDS} s`,
  );
}
