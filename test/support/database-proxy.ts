/** A TCP port in front of PostgreSQL's unix socket, through which a network can be made slow, cut, or to fail without a word. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { EmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';

/** A `ReadyForQuery`, PostgreSQL's last message of an answer: its type, a length and the transaction's state. */
const READY_BYTES = 6;

export class DatabaseProxy {
  private readonly sockets = new Set<Socket>();
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private readonly dead = new WeakSet<readonly [Socket, Socket]>();
  private forwarding = true;
  private delayMs = 0;
  private fragmenting = false;

  private constructor(
    private readonly server: Server,
    private readonly postgres: EmbeddedPostgres,
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  static async start(postgres: EmbeddedPostgres): Promise<DatabaseProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new DatabaseProxy(server, postgres);
  }

  /** The database's address through this proxy. */
  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `postgresql://${this.postgres.user}@127.0.0.1:${port}/${this.postgres.database}`;
  }

  /** From now on nothing arrives any more, in either direction, and no connection is closed: a half-open network. */
  blackhole(): void {
    this.forwarding = false;
    for (const pair of this.pairs) {
      const [client, server] = pair;
      this.dead.add(pair);
      client.unpipe();
      server.unpipe();
      // What was sent is read and lost, as by a firewall that has forgotten the connection.
      client.resume();
      server.resume();
    }
  }

  /** New connections are forwarded again; those from before the failure stay dead without ever being told. */
  heal(): void {
    this.forwarding = true;
  }

  /** Every connection of now is reset. */
  cut(): void {
    for (const [client, server] of this.pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
  }

  /** From now on everything takes so much longer, in either direction; 0 for no longer. */
  slow(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /** From now on the end of an answer arrives by itself: what the server sends at once is not received at once. */
  fragment(): void {
    this.fragmenting = true;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private accept(client: Socket): void {
    const { host, port } = this.postgres;
    const server = connect(join(host, `.s.PGSQL.${port}`));
    const pair = [client, server] as const;
    this.pairs.add(pair);
    for (const [socket, other] of [pair, [server, client] as const]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        this.sockets.delete(socket);
        this.pairs.delete(pair);
        // On a dead connection not even the end of one side is heard by the other.
        if (!this.dead.has(pair)) other.destroy();
      });
    }
    if (this.forwarding) {
      client.pipe(this.delayed()).pipe(server);
      server.pipe(this.delayed()).pipe(client);
    } else {
      this.dead.add(pair);
      client.resume();
    }
  }

  private delayed(): Transform {
    const transform = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        if (this.fragmenting) void this.pushFragments(transform, chunk).then(() => done());
        else if (this.delayMs === 0) done(null, chunk);
        else setTimeout(() => done(null, chunk), this.delayMs);
      },
    });
    return transform;
  }

  private async pushFragments(to: Transform, chunk: Buffer): Promise<void> {
    const end = Math.max(chunk.length - READY_BYTES, 0);
    to.push(chunk.subarray(0, end));
    // Sockets are read between two turns of the event loop.
    await turn();
    await turn();
    to.push(chunk.subarray(end));
  }
}
