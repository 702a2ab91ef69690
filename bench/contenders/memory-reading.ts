/** Memory of this process once nothing is left to collect, in MB. */
export interface MemoryReading {
  rssMb: number;
  heapUsedMb: number;
  externalMb: number;
}

const MAX_READINGS = 20;
const PAUSE_MS = 250;
/** Consecutive readings without a change. */
const SETTLED_AFTER = 4;
const MB = 1024 * 1024;

/** Collects until the resident memory no longer shrinks. Needs `--expose-gc`. */
export async function readMemory(): Promise<MemoryReading> {
  if (!globalThis.gc) throw new Error('start the process with --expose-gc');
  let lowest = Infinity;
  let stale = 0;
  for (let reading = 0; reading < MAX_READINGS && stale < SETTLED_AFTER; reading += 1) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const rss = process.memoryUsage.rss();
    stale = rss < lowest - MB / 4 ? 0 : stale + 1;
    lowest = Math.min(lowest, rss);
  }
  const { heapUsed, external } = process.memoryUsage();
  return { rssMb: lowest / MB, heapUsedMb: heapUsed / MB, externalMb: external / MB };
}
