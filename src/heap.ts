import { setFlagsFromString } from 'node:v8';

/**
 * Lets every object begin its life in the young generation. V8 notes which lines of code make objects that are still used when it
 * collects, and then allocates theirs in the old generation at once. In the first seconds under load that is nearly all of a webhook,
 * as it waits for its commit, and V8 keeps to it: what a moment later is garbage then fills the old generation, 22 KB a webhook, which
 * only a marking of the whole heap empties, and the answers that meet one are late.
 */
export function allocateYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
