/** A TCP port that speaks TLS in front of the test server, with a certificate for `localhost` that only its owner trusts. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TLSSocket, createSecureContext } from 'node:tls';
import { join } from 'node:path';
import { parse } from 'pg-connection-string';
import { generate } from 'selfsigned';

/** The length of PostgreSQL's SSLRequest, which is all that a client sends before TLS. */
const SSL_REQUEST_BYTES = 8;

export class TlsProxy {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly tls: Server,
    private readonly plain: Server,
    private readonly target: string,
    readonly certificate: string,
  ) {}

  static async start(target: string): Promise<TlsProxy> {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
      ],
    });
    const secureContext = createSecureContext({ cert, key });
    const proxy: TlsProxy = new TlsProxy(
      createServer((socket) => {
        proxy.keep(socket).once('data', (request: Buffer) => {
          if (request.length !== SSL_REQUEST_BYTES) return void socket.destroy();
          socket.pause();
          socket.write('S');
          proxy.join(new TLSSocket(socket, { isServer: true, secureContext }));
        });
      }),
      createServer((socket) => proxy.join(proxy.keep(socket))),
      target,
      cert,
    );
    for (const server of [proxy.tls, proxy.plain])
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** The database by TLS; the certificate is for `localhost`. */
  url(host: string): string {
    return this.urlAt(host, this.tls);
  }

  /** The database without TLS, at a server that offers none. */
  get plainUrl(): string {
    return this.urlAt('127.0.0.1', this.plain);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    for (const server of [this.tls, this.plain]) await new Promise((resolve) => server.close(resolve));
  }

  private urlAt(host: string, server: Server): string {
    const { user, password, database } = parse(this.target);
    const { port } = server.address() as AddressInfo;
    return `postgresql://${user}${password ? `:${encodeURIComponent(password)}` : ''}@${host}:${port}/${database}`;
  }

  private join(client: Socket): void {
    const { host, port } = parse(this.target);
    const number = Number(port || 5432);
    const server = this.keep(
      host?.startsWith('/') ? connect(join(host, `.s.PGSQL.${number}`)) : connect(number, host ?? 'localhost'),
    );
    client.on('error', () => server.destroy());
    client.pipe(server).pipe(client);
  }

  private keep<S extends Socket>(socket: S): S {
    this.sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(socket));
  }
}
