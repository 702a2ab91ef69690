/** How far clocks are apart. Pure. */
import { failed, Finding, passed } from '../../check';

const MAX_SKEW_SECONDS = 5;

/** What another clock said, and between which two moments of ours it said it. Milliseconds since 1970. */
export interface ClockReading {
  whose: string;
  theirMs: number;
  askedAtMs: number;
  heardAtMs: number;
  /** How coarse the other clock is told. */
  precisionMs: number;
}

/** Fails when any clock is certainly more than 5 s away from ours. */
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
    `synchronise the clocks with NTP (timedatectl, chronyc tracking): they may differ by ${MAX_SKEW_SECONDS} s at most`,
  );
}
