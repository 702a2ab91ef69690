/** How V8 is to manage the memory of a process that serves. */
import { setFlagsFromString } from 'node:v8';

/**
 * Keeps what a request allocates in the young generation, whose collection takes a few milliseconds. By default V8 learns which code
 * allocates long-lived objects. After a burst of webhooks it counts requests among them and allocates parts of them in the old generation.
 * Those keep the rest of the request alive too, and the whole heap is collected every second or two while webhooks come in. Call it before
 * the service is loaded.
 */
export function keepRequestsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
