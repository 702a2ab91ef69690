import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * Makes the embedded PostgreSQL, whose socket only its owner may use, reachable for another user by TCP on the loopback
 * interface. Returns the URL, and `close`, which breaks what is still connected.
 */
export async function bridge(socketUrl) {
  const { username, pathname, searchParams } = new URL(socketUrl.replace('@/', '@localhost/'));
  const path = `${searchParams.get('host')}/.s.PGSQL.${searchParams.get('port')}`;
  const open = new Set();
  const server = createServer((client) => {
    const database = connect(path);
    for (const socket of [client, database]) {
      open.add(socket);
      // A side that breaks takes the other with it.
      socket.on('error', () => undefined).on('close', () => [client, database].forEach((side) => side.destroy()));
    }
    client.pipe(database).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `postgresql://${username}@127.0.0.1:${server.address().port}${pathname}`,
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
