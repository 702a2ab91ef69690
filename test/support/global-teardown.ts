import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Client } from 'pg';

/** Leaves nothing behind: neither databases on a given server nor an embedded one. */
export default async function teardown(): Promise<void> {
  const server = globalThis.testServer;
  if (!server) return;
  if (server.postgres) await server.postgres.stop();
  rmSync(dirname(server.dataDir), { recursive: true, force: true });
  if (server.postgres) return;
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${server.template} WITH (FORCE)`);
  await client.end();
}
