import type { Latencies } from './latencies';

/** The result of a load. */
export interface LoadResult {
  sent: number;
  /** Ids of the events that were answered 200 "accepted". */
  acknowledged: string[];
  /** Answered otherwise, or not at all because the connection broke; requests in flight at the end are waited for. */
  refused: number;
  seconds: number;
  acksPerSecond: number;
  latencyMs: Latencies;
}
