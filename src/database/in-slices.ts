import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from './clock';

/** Working on many items pauses for requests after so long. */
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
    if (clock.monotonicMs() < sliceEndsMs) continue;
    await nextTurn();
    sliceEndsMs = clock.monotonicMs() + SLICE_MS;
  }
  return results;
}
