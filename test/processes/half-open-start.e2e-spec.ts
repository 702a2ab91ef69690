/** A start, and the migrate command, whose connection dies without a word while they wait for another process' migrations. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';
import { DatabaseProxy } from '../support/database-proxy';
import { eventually } from '../support/eventually';
import { ServiceProcess } from '../support/service-process';

const LOCK = `hashtextextended('typeform-onboarding:migrations', 0)`;

let root: string;
let postgres: EmbeddedPostgres;
let proxy: DatabaseProxy;
let other: Client;
const processes: ServiceProcess[] = [];
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'onboarding-half-open-'));
  postgres = await EmbeddedPostgres.start({ dataDir: join(root, 'postgres') });
  proxy = await DatabaseProxy.start(postgres);
  other = new Client({ connectionString: postgres.url });
  await other.connect();
});
afterAll(async () => {
  for (const each of processes) await each.kill();
  await other.end();
  await proxy.close();
  await postgres.stop();
  rmSync(root, { recursive: true, force: true });
});

it('notice it, connect anew and go on', async () => {
  await other.query(`SELECT pg_advisory_lock(${LOCK})`);
  const environment = { DATABASE_URL: proxy.url, DATA_DIR: join(root, 'data') };
  const service = ServiceProcess.launch(environment);
  const command = ServiceProcess.command(environment, 'migrate');
  processes.push(service, command);
  await eventually(async () => {
    const { rows } = await other.query<{ waiting: number }>(
      `SELECT count(*)::integer AS waiting FROM pg_stat_activity
        WHERE application_name = 'typeform-onboarding' AND query LIKE 'SELECT pg_try_advisory_lock%'`,
    );
    return rows[0]?.waiting === 2;
  }, 'both wait for the lock');
  proxy.blackhole();
  await other.query(`SELECT pg_advisory_unlock(${LOCK})`);
  proxy.heal();
  await service.comesTrue(() => service.listens, 'it listens');
  await service.health('ready', 200);
  expect(await command.exited).toMatchObject({ code: 0 });
  expect(`${service.stdout}${command.stderr}`).toContain('The connection to the database was lost');
});
