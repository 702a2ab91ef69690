/** A reverse proxy in front of a service, which can be faulty on purpose. */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Faults {
  /** Changes answers. */
  rewrite?: (path: string, answer: { status: number; text: string }) => { status: number; text: string };
  /** Lets answers of requests below `delays` (default: /webhooks) wait. */
  delayMs?: number;
  delays?: string;
}

export class HttpProxy {
  private constructor(
    private readonly server: Server,
    private readonly target: string,
    private readonly faults: Faults,
  ) {
    server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => this.handle(incoming, outgoing));
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

  private handle(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const upstream = request(`${this.target}${path}`, { method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const came = { status: answer.statusCode ?? 502, text };
        const { status, text: body } = this.faults.rewrite?.(path, came) ?? came;
        const sent = { ...answer.headers, 'content-length': String(Buffer.byteLength(body)) };
        delete sent['transfer-encoding'];
        const waitMs = path.startsWith(this.faults.delays ?? '/webhooks') ? (this.faults.delayMs ?? 0) : 0;
        setTimeout(() => outgoing.writeHead(status, sent).end(body), waitMs);
      });
    });
    upstream.once('error', () => outgoing.writeHead(502).end());
    incoming.pipe(upstream);
  }
}
