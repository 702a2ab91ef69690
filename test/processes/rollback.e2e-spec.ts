/** Going back: the release before this one runs on this one's schema, beside this one and after it, and nothing is lost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { MIGRATIONS } from '../../src/database/migrations';
import { toBody } from '../fixtures/typeform-events';
import { contractOperations } from '../support/contract-operations';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { BASELINE, noHistory, previousRelease, ReleaseCopy } from '../support/previous-release';
import { deliver, exchange, json, newEvent } from '../support/sender';
import { ADMIN_KEY, PRODUCTION_SETTINGS, ServiceProcess, WEBHOOK_SECRET } from '../support/service-process';

const missingHistory = noHistory();

describe('the release before this one', () => {
  let database: TestDatabase;
  let root: string;
  let copy: ReleaseCopy;
  const running: ServiceProcess[] = [];

  if (missingHistory !== null) {
    it(`cannot be run here: ${missingHistory}`, () => {
      // Said and not skipped: where the history is, the tests below run.
      expect(missingHistory).toMatch(/^(this is no git clone|git is not installed)$/);
      expect(BASELINE.commit).toMatch(/^[0-9a-f]{40}$/);
    });
    return;
  }

  beforeAll(async () => {
    database = await createTestDatabase();
    root = mkdtempSync(join(tmpdir(), 'onboarding-rollback-'));
    copy = new ReleaseCopy(previousRelease());
  });
  afterAll(async () => {
    await Promise.all(running.map((service) => service.kill()));
    copy.remove();
    await database.drop();
    rmSync(root, { recursive: true, force: true });
  });

  async function start(script?: string): Promise<ServiceProcess> {
    const settings = { ...PRODUCTION_SETTINGS, DATABASE_URL: database.url, DATA_DIR: join(root, 'data') };
    const service = await ServiceProcess.start(settings, { script });
    running.push(service);
    return service;
  }

  async function send(to: ServiceProcess, event = newEvent()): Promise<string> {
    const answer = await deliver(to.url, toBody(event), WEBHOOK_SECRET);
    expect(answer.status).toBe(200);
    return event.event_id;
  }

  /** Waits until a service shows the client of every event. */
  async function showsClients(from: ServiceProcess, eventIds: string[]): Promise<void> {
    for (const id of eventIds) {
      const path = `/v1/clients?email=${encodeURIComponent(`p-${id}@example.com`)}`;
      const shown = async (): Promise<boolean> => json<{ items: unknown[] }>(await from.get(path)).items.length === 1;
      await from.comesTrue(shown, `the client of ${id} is shown`);
    }
  }

  async function change(by: ServiceProcess, method: string, path: string, value: object): Promise<void> {
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
    const answer = await exchange(`${by.url}${path}`, { method, headers, body: Buffer.from(JSON.stringify(value)) });
    expect(Math.floor(answer.status / 100)).toBe(2);
  }

  it("takes webhooks in, processes and shows them on this version's schema, beside it and alone, and back again", async () => {
    const now = await start();
    const first = newEvent();
    const before = [await send(now, first)];
    await showsClients(now, before);

    // A roll-out or a roll-back is under way: both run, and either may process what the other took in.
    const previous = await start(copy.main);
    const during = await Promise.all([now, previous, now, previous].map((service) => send(service)));
    await showsClients(previous, [...before, ...during]);
    expect(await now.stop()).toMatchObject({ code: 0 });

    const after = [await send(previous)];
    await send(previous, first);
    await change(previous, 'POST', '/v1/deliveries/replay', { status: 'processed' });
    await change(previous, 'POST', '/v1/api-keys', { name: 'rolled back', role: 'viewer' });
    await showsClients(previous, after);
    expect(json(await previous.get('/v1/audit/verify'))).toMatchObject({ valid: true });
    expect(await previous.stop()).toMatchObject({ code: 0 });

    const again = await start();
    await showsClients(again, [...before, ...during, ...after]);
    // What that release recorded has no seal: it is sealed by now, and counted for good.
    await again.comesTrue(
      async () => json<{ unsealed: number }>(await again.get('/v1/audit/verify')).unsealed === 0,
      'the entries of the release before are sealed',
    );
    const { rows: changes } = await database.pool.query<{ action: string }>(
      `SELECT action FROM audit_entry WHERE action NOT IN ('clients.searched', 'audit.sealed')`,
    );
    expect(changes).toHaveLength(2);
    const verified = json<{ late: number }>(await again.get('/v1/audit/verify'));
    expect(verified).toMatchObject({ valid: true });
    expect(verified.late).toBeGreaterThanOrEqual(changes.length);
    const { rows } = await database.pool.query(
      `SELECT status, count(*)::integer AS count, sum(duplicates)::integer AS duplicates FROM webhook_event GROUP BY status`,
    );
    expect(rows).toEqual([{ status: 'processed', count: 6, duplicates: 1 }]);
  });
});

describe('migrations since the first release', () => {
  /** `contracts` names the version from which on the code does not use what is taken away. */
  type Declaring = MigrationInterface & { contracts?: string };
  const names = MIGRATIONS.map(({ name }) => name);
  const since = MIGRATIONS.slice(names.indexOf(BASELINE.lastMigration) + 1).map(
    (migration): Declaring => new migration(),
  );

  it('follow those of the first release', () => {
    expect(names).toContain(BASELINE.lastMigration);
  });

  it('only add, or take away what the release before this one does not use any more', async () => {
    const previous = missingHistory === null ? previousRelease() : BASELINE;
    const refused: object[] = [];
    for (const migration of since) {
      const operations = contractOperations(await statementsOf(migration));
      const { contracts } = migration;
      const allowed =
        contracts !== undefined && contracts.localeCompare(previous.version, 'en', { numeric: true }) <= 0;
      if (operations.length > 0 && !allowed) refused.push({ migration: migration.name, operations, contracts });
    }
    expect(refused).toEqual([]);
  });

  /** The statements of a migration; they are plain SQL, so that they can be read before they run. */
  async function statementsOf(migration: MigrationInterface): Promise<string[]> {
    const statements: string[] = [];
    await migration.up({
      query: (sql: string) => {
        statements.push(sql);
        return Promise.resolve([]);
      },
    } as unknown as QueryRunner);
    expect(statements).not.toEqual([]);
    // What an interrupted run left of an index that the migration itself makes.
    const made = statements.flatMap((sql) => /^CREATE INDEX CONCURRENTLY (\w+)/.exec(sql)?.[1] ?? []);
    return statements.filter((sql) => !made.some((name) => sql === `DROP INDEX CONCURRENTLY IF EXISTS ${name}`));
  }
});

describe('the rules for migrations', () => {
  it.each([
    ['DROP TABLE form', ['drop']],
    ['ALTER TABLE form DROP COLUMN title', ['drop', 'drop column']],
    ['ALTER TABLE form\n  DROP title', ['drop column']],
    ['DROP INDEX form_title', ['drop']],
    ['ALTER TABLE form ALTER COLUMN title DROP DEFAULT', ['drop']],
    ['ALTER TABLE form DROP CONSTRAINT form_status', ['drop constraint']],
    ['ALTER TABLE form RENAME TO forms', ['rename']],
    ['ALTER TABLE form RENAME COLUMN title TO name', ['rename']],
    ['alter table form rename title to name', ['rename']],
    ['ALTER TABLE form ALTER COLUMN title TYPE jsonb USING title::jsonb', ['type change']],
    ['ALTER TABLE form ALTER title SET DATA TYPE varchar(10)', ['type change']],
    ['ALTER TABLE form ALTER COLUMN title SET NOT NULL', ['set not null']],
    ['ALTER TABLE form ADD COLUMN size integer NOT NULL', ['required column']],
    [`ALTER TABLE form ADD size integer DEFAULT 0 NOT NULL, ADD COLUMN kind text NOT NULL`, ['required column']],
    [`ALTER TABLE form ADD CONSTRAINT c CHECK (kind IN ('a'))`, ['constraint on rows of the release before']],
    ['ALTER TABLE form ADD UNIQUE (kind)', ['constraint on rows of the release before']],
    ['CREATE UNIQUE INDEX one ON form (kind)', ['unique index on a table that is in use']],
    ['TRUNCATE form', ['truncate or delete']],
    ['REVOKE ALL ON form FROM PUBLIC', ['revoke']],
  ])('refuse %s', (sql, expected) => expect(contractOperations([sql])).toEqual(expected));

  it.each([
    [
      "CREATE TABLE form (id text PRIMARY KEY, kind text NOT NULL CHECK (kind <> '')); CREATE UNIQUE INDEX one ON form (kind)",
    ],
    [
      "ALTER TABLE form ADD COLUMN kind text, ADD COLUMN size integer NOT NULL DEFAULT 0, ADD tags jsonb NOT NULL DEFAULT '[]'",
    ],
    ['CREATE INDEX form_kind ON form (kind)'],
    ['ALTER TABLE form ADD CONSTRAINT c CHECK (kind > 0) NOT VALID; ALTER TABLE form VALIDATE CONSTRAINT c'],
    ['ALTER TABLE form DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (kind > 0) NOT VALID'],
    ['ALTER TABLE form ALTER COLUMN kind DROP NOT NULL, ALTER COLUMN kind SET DEFAULT 1'],
    ["-- DROP TABLE form\n INSERT INTO form VALUES ('DROP TABLE form; RENAME TO x')"],
    ['CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM form; RETURN NULL; END $$'],
    ['CREATE TRIGGER t BEFORE UPDATE OR DELETE OR TRUNCATE ON form FOR EACH STATEMENT EXECUTE FUNCTION f()'],
    ['CREATE OR REPLACE TRIGGER t AFTER INSERT ON form FOR EACH STATEMENT EXECUTE FUNCTION f()'],
  ])('allow %s', (sql) => expect(contractOperations([sql])).toEqual([]));
});
