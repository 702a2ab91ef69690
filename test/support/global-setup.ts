/** Once for all end-to-end files: a PostgreSQL server and a migrated template database that each file clones. */
import 'reflect-metadata';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';
import { migrate } from '../../src/database/open-database';
import { urlOfDatabase } from './database';
import { copyCluster } from './own-postgres';

declare global {
  var testServer: { postgres: EmbeddedPostgres | null; dataDir: string; url: string; template: string } | undefined;
}

/**
 * Nothing of these tests outlives the server, and those that kill one start a server of their own: it need not write to the disk. Several
 * files run at a time, each with a service or two.
 */
const FORGETFUL = {
  fsync: 'off',
  full_page_writes: 'off',
  checkpoint_timeout: '1h',
  max_wal_size: '4GB',
  max_connections: '400',
  // A database is dropped before it would be worth it.
  autovacuum: 'off',
};

export default async function setup(): Promise<void> {
  const given = process.env.TEST_DATABASE_URL;
  const folder = mkdtempSync(join(tmpdir(), 'onboarding-test-'));
  const dataDir = join(folder, 'postgres');
  const postgres = given ? null : await startServer(dataDir, join(folder, 'seed'));
  const url = given ?? postgres?.url ?? '';
  process.stdout.write(`End-to-end tests use ${given ? 'TEST_DATABASE_URL' : 'an embedded PostgreSQL of their own'}\n`);
  const template = `onboarding_template_${process.pid}`;
  // A database is no template while somebody is connected to it.
  const client = new Client({ connectionString: given ?? urlOfDatabase(url, 'postgres') });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${template}`);
  await client.query(`CREATE DATABASE ${template} ${postgres ? `TEMPLATE ${postgres.database}` : ''}`);
  await client.end();
  if (!postgres) await migrate(urlOfDatabase(url, template), () => undefined);
  // The first connection to a database builds the file of its relation cache; the clones have it from the start.
  await connectOnce(urlOfDatabase(url, template));
  process.env.ONBOARDING_TEST_SERVER = url;
  process.env.ONBOARDING_TEST_TEMPLATE = template;
  process.env.ONBOARDING_TEST_CLONE = postgres ? 'STRATEGY FILE_COPY' : '';
  globalThis.testServer = { postgres, dataDir, url, template };
}

async function connectOnce(connectionString: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.end();
}

/** The server of all tests. What it is made of is kept, for tests that need one of their own: to make it takes two seconds of the processor. */
async function startServer(dataDir: string, seed: string): Promise<EmbeddedPostgres> {
  const made = await EmbeddedPostgres.start({ dataDir });
  await migrate(made.url, () => undefined);
  await made.stop();
  copyCluster(dataDir, seed);
  process.env.ONBOARDING_TEST_SEED = seed;
  return EmbeddedPostgres.start({ dataDir, settings: FORGETFUL });
}
