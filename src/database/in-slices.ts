import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from './clock';

/** How long to work on many items before requests get a turn. */
const SLICE_MS = 2;

/** Works on items in order, in slices between which requests are answered. Throws what `work` throws; the rest is not worked on then. */
export async function inSlices<Item, Result>(
  clock: Clock,
  items: readonly Item[],
  work: (item: Item) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  let sliceEndsMs = clock.monotonicMs() + SLICE_MS;
  for (const item of items) {
    results.push(work(item));
    if (results.length === items.length || clock.monotonicMs() < sliceEndsMs) continue;
    await nextTurn();
    sliceEndsMs = clock.monotonicMs() + SLICE_MS;
  }
  return results;
}
