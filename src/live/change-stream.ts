import { Readable } from 'node:stream';
import type { Principal } from '../access/principal';

/** What a browser that reads too slowly may be owed; a message has some kilobytes at most. */
const MAX_OWED_BYTES = 64 * 1024;
/** How long a browser waits before it connects anew. */
const RETRY_MS = 3_000;

/** The answer to one browser: server-sent events, as https://html.spec.whatwg.org/multipage/server-sent-events.html has them. */
export class ChangeStream extends Readable {
  constructor(readonly caller: Principal) {
    super({ highWaterMark: MAX_OWED_BYTES });
    this.push(`retry: ${RETRY_MS}\n\n`);
  }

  /** Everything is pushed. */
  override _read(): void {}

  /** Sends an event. `id` is what the browser names when it connects anew; without data it is only noted. */
  event(id: string, data?: object): void {
    this.send(`id: ${id}\n${data === undefined ? '' : `data: ${JSON.stringify(data)}\n`}\n`);
  }

  /** Keeps proxies from taking the connection for dead, and finds out whether it is. */
  heartbeat(): void {
    this.send(':\n\n');
  }

  /** Ends the answer after what was sent. */
  end(): void {
    if (!this.readableEnded && !this.destroyed) this.push(null);
  }

  /** Who does not read is cut off: they connect anew and are told that they missed something. */
  private send(text: string): void {
    if (!this.destroyed && !this.push(text)) this.destroy();
  }
}
