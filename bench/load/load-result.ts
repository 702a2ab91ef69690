import type { Latencies } from './latencies';

/** What came of a load. */
export interface LoadResult {
  sent: number;
  /** Ids of the events that were answered 200 "accepted". */
  acknowledged: string[];
  /** Answered otherwise, or not at all because the connection broke; what was under way when the time was over is waited for. */
  refused: number;
  seconds: number;
  acksPerSecond: number;
  latencyMs: Latencies;
}
