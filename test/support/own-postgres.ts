/** A PostgreSQL server of a test's own, for what cannot be done to the one of all tests. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedPostgres, type EmbeddedPostgresOptions } from '../../src/database/embedded/embedded-postgres';
import { migrate } from '../../src/database/open-database';

/** Starts one whose database is migrated. */
export async function startOwnPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (makeCluster(options.dataDir)) return EmbeddedPostgres.start(options);
  const server = await EmbeddedPostgres.start(options);
  await migrate(server.url, () => undefined);
  return server;
}

/** Makes the files of a server that does not run, with a migrated database. False on a server that was given for the tests: there are none. */
export function makeCluster(dataDir: string): boolean {
  const seed = process.env.ONBOARDING_TEST_SEED;
  if (seed === undefined) return false;
  copyCluster(seed, dataDir);
  return true;
}

/** Copies the files of a server that does not run. */
export function copyCluster(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  // With their owner, unlike a copy by Node.
  const { status } = spawnSync('cp', ['-a', from, to]);
  if (status !== 0) throw new Error(`${from} could not be copied`);
}
