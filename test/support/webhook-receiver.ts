import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  url: string;
  headers: IncomingMessage['headers'];
  /** The bytes as they came. */
  body: Buffer;
}

/** An event, as far as tests read it. */
export interface ReceivedEvent {
  event_id: string;
  event_type: string;
  form_response: Record<string, unknown> & { token: string };
}

/** How to answer: a status, a function that answers by itself, or nothing at all (`hang`). */
export type Answer = number | 'hang' | ((response: ServerResponse) => void);

/** A plain HTTP server in the place of a webhook's receiver: keeps what came, answers as told. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** Connections that broke before the whole body was there. */
  broken = 0;
  answer: (request: Received, index: number) => Answer = () => 200;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer((request, response) => void receiver.take(request, response));
    const receiver = new WebhookReceiver(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  /** The parsed bodies. */
  get events(): ReceivedEvent[] {
    return this.received.map(({ body }) => JSON.parse(body.toString('utf8')) as ReceivedEvent);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      this.broken += 1;
      return;
    }
    const received = { url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) };
    const answer = this.answer(received, this.received.push(received) - 1);
    if (typeof answer === 'number') response.writeHead(answer).end();
    else if (answer !== 'hang') answer(response);
  }
}
