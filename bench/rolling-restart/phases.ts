import { Latencies, summarise } from '../load/latencies';
import type { Sample } from '../load/open-loop';
import type { Passage } from './nginx';

/** A part of the run; it lasts until the next one begins. */
export interface Phase {
  name: string;
  /** On the clock of `performance.now()`. */
  beganAt: number;
}

/** What happened in a phase. */
export interface PhaseResult {
  name: string;
  seconds: number;
  sent: number;
  acknowledged: number;
  failed: number;
  /** Requests that nginx gave to a second replica. */
  retried: number;
  /** null when nothing was acknowledged. */
  latencyMs: Latencies | null;
}

/** Sorts samples by the moment they were meant to be sent, and nginx' retries by the moment of their answer, into phases. */
export function summarisePhases(
  phases: readonly Phase[],
  endedAt: number,
  samples: readonly Sample[],
  passages: readonly Passage[],
): PhaseResult[] {
  return phases.map(({ name, beganAt }, index) => {
    const until = phases[index + 1]?.beganAt ?? endedAt;
    const within = (at: number): boolean => at >= beganAt && at < until;
    const mine = samples.filter(({ meantAt }) => within(meantAt));
    const accepted = mine.filter((sample) => sample.accepted);
    return {
      name,
      seconds: (until - beganAt) / 1000,
      sent: mine.length,
      acknowledged: accepted.length,
      failed: mine.length - accepted.length,
      retried: passages.filter(({ at, tries }) => tries > 1 && within(at - performance.timeOrigin)).length,
      latencyMs: accepted.length === 0 ? null : summarise(accepted.map(({ latencyMs }) => latencyMs)),
    };
  });
}
