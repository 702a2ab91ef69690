/** The V8 flag of the service: which generation of the heap a request's objects belong to. */
import { setFlagsFromString } from 'node:v8';

/**
 * Keeps what a request allocates in the young generation, whose collection takes a few milliseconds. By default V8 learns which code
 * allocates long-lived objects. After a burst of webhooks it counts requests among them and allocates parts of them in the old generation.
 * Those keep the rest of the request alive too, and the whole heap is collected every few seconds while webhooks come in. Call it before
 * the service is loaded.
 */
export function keepRequestsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
