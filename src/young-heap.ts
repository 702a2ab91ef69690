/** How V8 is to manage the memory of a process that serves. */
import { setFlagsFromString } from 'node:v8';

/**
 * Keeps what a request allocates in the young generation, whose collection takes a millisecond or two. By default V8 watches where long-lived
 * objects come from, and after a burst of webhooks it believes that requests are: from then on it allocates parts of them in the old
 * generation. They refer to the rest, which then outlives its request as well, and the whole heap is collected every second or two while
 * webhooks come in. Call it before anything is loaded.
 */
export function keepRequestsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
