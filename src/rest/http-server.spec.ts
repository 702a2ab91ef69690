import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createHttpServer } from './http-server';

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

describe('the HTTP server', () => {
  let server: Server;
  const seen: string[] = [];
  const sockets: Socket[] = [];
  let handle: (path: string, response: ServerResponse) => void;

  beforeEach(async () => {
    seen.length = 0;
    server = createHttpServer(({ url = '' }, response) => {
      seen.push(url);
      handle(url, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  async function open(): Promise<{ socket: Socket; next: () => Promise<string> }> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return { socket, next: async () => String(((await once(socket, 'data')) as [Buffer])[0]) };
  }

  it('works on one request of a connection at a time, so that others come in between', async () => {
    let endFirst = (): void => undefined;
    handle = (path, response) => {
      if (path === '/a1') endFirst = () => response.end('a1');
      else response.end(path);
    };
    const [many, other] = [await open(), await open()];
    many.socket.write(['/a1', '/a2', '/a3'].map(get).join(''));
    while (seen.length === 0) await new Promise(setImmediate);
    other.socket.write(get('/b'));
    await other.next();
    expect(seen).toEqual(['/a1', '/b']);
    endFirst();
    let answers = '';
    while (!answers.includes('/a3')) answers += await many.next();
    expect(answers.split('HTTP/1.1 200')).toHaveLength(4);
    expect(seen).toEqual(['/a1', '/b', '/a2', '/a3']);
    many.socket.write(get('/a4'));
    expect(await many.next()).toContain('/a4');
  });

  it('closes a connection with more than ten, and works on none of those that waited', async () => {
    handle = () => undefined;
    const { socket } = await open();
    socket.write(get('/').repeat(11));
    await once(socket, 'close');
    expect(seen).toEqual(['/']);
  });
});
