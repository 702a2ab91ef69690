/** What stands in front of the replicas: one address, and what can go wrong there. */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers every request itself with a status, or closes connections. */
export type Trouble = number | 'closed';

export interface Answered {
  path: string;
  status: number;
  /** When it arrived, by the simulated clock. */
  atMs: number;
  /** It was signed with a secret that is not ours. */
  foreign: boolean;
}

export class LoadBalancer {
  targets: string[] = [];
  trouble: Trouble | null = null;
  /** What is to be known of a request when it arrives. */
  arrival: (path: string) => Pick<Answered, 'atMs' | 'foreign'> = () => ({ atMs: 0, foreign: false });
  /** What the replicas answered. */
  readonly answered: Answered[] = [];
  private turn = 0;

  private constructor(private readonly server: Server) {
    server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => void this.handle(incoming, outgoing));
  }

  static async start(): Promise<LoadBalancer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new LoadBalancer(server);
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
    const { method = 'GET', url: path = '/', headers } = incoming;
    const arrival = this.arrival(path);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const { targets, trouble } = this;
    if (trouble === 'closed') return void outgoing.socket?.destroy();
    if (trouble !== null) return void outgoing.writeHead(trouble).end();
    this.turn += 1;
    for (let tried = 0; tried < targets.length; tried += 1) {
      const target = targets[(this.turn + tried) % targets.length] ?? '';
      const answer = await forward(`${target}${path}`, { method, headers }, Buffer.concat(chunks)).catch(() => null);
      if (answer === null) continue;
      this.answered.push({ path, status: answer.status, ...arrival });
      return void outgoing.writeHead(answer.status, answer.headers).end(answer.body);
    }
    outgoing.writeHead(502).end();
  }
}

function forward(
  url: string,
  options: { method: string; headers: IncomingMessage['headers'] },
  body: Buffer,
): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const upstream = request(url, { ...options, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    upstream.once('error', reject);
    upstream.end(body);
  });
}
