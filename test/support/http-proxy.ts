/** A reverse proxy in front of a service, which can be faulty on purpose. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { exchange } from './sender';

export type Part = 'request' | 'answer';

export interface Faults {
  /** Changes answers. */
  rewrite?: (path: string, answer: { status: number; text: string }) => { status: number; text: string };
  /** Lets answers of requests below `delays` (default: /webhooks) wait. */
  delayMs?: number;
  delays?: string;
  /** Lets a request such as `GET /v1/forms` wait before it goes on, or its answer before it goes back. */
  hold?: (part: Part, call: string) => Promise<void>;
  /** Breaks the connection of a request such as `POST /webhooks/typeform`, which goes no further. */
  breaks?: (call: string) => boolean;
}

export class HttpProxy {
  private constructor(
    private readonly server: Server,
    private readonly target: string,
    private readonly faults: Faults,
  ) {
    server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
      this.handle(incoming, outgoing).catch(() => outgoing.writeHead(502).end());
    });
  }

  static async start(target: string, faults: Faults): Promise<HttpProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new HttpProxy(server, target, faults);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = incoming;
    const { hold, breaks, rewrite, delayMs = 0, delays = '/webhooks' } = this.faults;
    const call = `${method} ${path}`;
    // All of it before it waits: afterwards its sender may be gone.
    const body = await buffer(incoming);
    await hold?.('request', call);
    if (breaks?.(call)) return void incoming.socket.destroy();
    const passedOn = { method, headers: incoming.headers as Record<string, string>, body };
    const answer = await exchange(`${this.target}${path}`, passedOn);
    await hold?.('answer', call);
    const { status, text } = rewrite?.(path, answer) ?? answer;
    if (path.startsWith(delays)) await pause(delayMs);
    const headers = { ...answer.headers, 'content-length': String(Buffer.byteLength(text)) };
    delete headers['transfer-encoding'];
    outgoing.writeHead(status, headers).end(text);
  }
}
