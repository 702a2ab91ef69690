import { Client } from 'pg';
import { EmbeddedPostgres, type EmbeddedPostgresOptions } from '../../src/database/embedded/embedded-postgres';

/**
 * A small service of its own process, for tests that kill it. Arguments: the options as JSON, and what to do then:
 * `stay`, `write` (rows without end, each printed once it is committed), `stop` or `exit` (leave without stopping).
 * Prints one JSON line per event.
 */
async function main(options: EmbeddedPostgresOptions, then: string): Promise<void> {
  const server = await EmbeddedPostgres.start({ ...options, log: (line) => say({ log: line }) });
  say({ url: server.url });
  if (then === 'stop') await server.stop();
  if (then === 'exit') process.exit(0);
  if (then === 'write') await Promise.all([0, 1, 2, 3].map((writer) => write(server.url, writer)));
  if (then === 'stay') setInterval(() => undefined, 60_000);
}

async function write(url: string, writer: number): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  for (let id = writer; ; id += 4) {
    await client.query('INSERT INTO kept (id) VALUES ($1)', [id]);
    say({ committed: id });
  }
}

function say(event: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

const [options, then] = process.argv.slice(2);
main(JSON.parse(options ?? '') as EmbeddedPostgresOptions, then ?? '').catch((error: Error) => {
  say({ error: error.message, name: error.name });
  process.exitCode = 1;
});
