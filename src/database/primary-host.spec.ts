import { createServer, type AddressInfo, type Server } from 'node:net';
import { findPrimary } from './primary-host';

let server: Server;
let connections = 0;
beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

it('connections that are made at the same time ask each host once', async () => {
  const { port } = server.address() as AddressInfo;
  const url = `postgresql://nobody@127.0.0.1:${port}/none`;
  const ask = (): Promise<unknown> => Promise.allSettled(Array.from({ length: 10 }, () => findPrimary([url])));
  await ask();
  expect(connections).toBe(1);
  // Not a question that has been answered.
  await ask();
  expect(connections).toBe(2);
});
