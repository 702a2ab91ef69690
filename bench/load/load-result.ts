import type { Latencies } from './latencies';

/** What came of a load. */
export interface LoadResult {
  sent: number;
  /** Ids of the events that were answered 200 "accepted". */
  acknowledged: string[];
  seconds: number;
  acksPerSecond: number;
  latencyMs: Latencies;
}
