/** Durations counted in classes on a logarithmic scale: counts of any times and processes can be added up, and quantiles read of the sum. */

const FIRST_EDGE_SECONDS = 0.0001;
const STEP = 1.15;
/** 0.1 ms to about 33 s, each class 15 % longer than the one before; longer durations count in the last. */
export const LATENCY_CLASSES = 92;

/** The class of a duration in seconds. */
export function latencyClass(seconds: number): number {
  if (!(seconds > FIRST_EDGE_SECONDS)) return 0;
  const index = Math.ceil(Math.log(seconds / FIRST_EDGE_SECONDS) / Math.log(STEP));
  return Math.min(index, LATENCY_CLASSES - 1);
}

/** The duration within which that share of the counted ones lies, at most 15 % too long; null when there are none. */
export function latencyQuantile(counts: ReadonlyMap<number, number>, share: number): number | null {
  const classes = [...counts].sort(([a], [b]) => a - b);
  const total = classes.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  const found = classes.find(([, count]) => (seen += count) >= total * share);
  return found ? FIRST_EDGE_SECONDS * STEP ** found[0] : null;
}
