/** Latency percentiles in milliseconds. */
export interface Latencies {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** Nearest-rank percentiles of samples in milliseconds. Throws when there are none. */
export function summarise(samplesMs: readonly number[]): Latencies {
  const sorted = Float64Array.from(samplesMs).sort();
  const at = (share: number): number => {
    const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
    if (value === undefined) throw new Error('nothing was measured');
    return value;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
