/** fetch that tells when a request leaves: a connection may have to be made first, which takes as long as it takes. */
import { subscribe } from 'node:diagnostics_channel';

/** A request of the runtime's own fetch (undici, "Diagnostics Channel Support"). */
interface RequestMessage {
  request: object;
}

const waiting = new WeakMap<object, () => void>();
/** Whose request is being made: fetch makes it before it returns. */
let caller: (() => void) | null = null;

subscribe('undici:request:create', (message) => {
  if (caller) waiting.set((message as RequestMessage).request, caller);
});
subscribe('undici:client:sendHeaders', (message) => {
  const { request } = message as RequestMessage;
  waiting.get(request)?.();
  waiting.delete(request);
});

/** `onSent` is called right before the first byte is written; not at all when no connection was made, or by a runtime that does not tell. */
export function fetchNoticed(url: string, init: RequestInit, onSent: () => void): Promise<Response> {
  caller = onSent;
  try {
    return fetch(url, init);
  } finally {
    caller = null;
  }
}
