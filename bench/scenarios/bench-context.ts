import type { BenchServer } from '../bench-server';
import type { LoadGenerator } from '../load/load-generator';

/** What every scenario works with. */
export interface BenchContext {
  server: BenchServer;
  generator: LoadGenerator;
  /** Shorter measurements: for a first look, not for a verdict. */
  quick: boolean;
  /** Events that the history scenario stores at most. */
  historyEvents: number;
  /** Reports progress. */
  log: (line: string) => void;
}
