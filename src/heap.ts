/** How V8 keeps house in a process that takes webhooks in. */
import { setFlagsFromString } from 'node:v8';

/**
 * How much the old generation may grow over what is in use, in percent, before V8 collects the whole heap. Under load V8 by itself
 * allows less, and it counts the bodies in, which live outside the heap.
 */
const GROWING_PERCENT = 100;

/**
 * Makes collections of the whole heap rare: each marks everything that is loaded, some 45 MB, and the answers that meet one are late.
 *
 * Besides the room to grow, every object begins its life in the young generation. V8 notes which lines of code make objects that are
 * still used when it collects, and from then on allocates theirs in the old generation at once. It decides so in the first seconds
 * under load and for much of what belongs to a webhook: some 12 KB of each that are garbage a moment later.
 */
export function tuneHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  setFlagsFromString('--no-allocation-site-pretenuring');
}
