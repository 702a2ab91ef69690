/** What preflight asks the database. Nothing it does there persists. */
import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { MIGRATIONS_TABLE } from '../../../database/migrations';
import { rolledBack, withQueryRunner } from '../../../database/query-runner';
import type { WebhookSettings, WebhookStatus } from '../../../webhook-management/webhook-state';

export interface ServerFacts {
  /** e.g. 150004 */
  versionNumber: number;
  version: string;
  readOnly: boolean;
  database: string;
  user: string;
}

export interface SealedSecret {
  webhookId: string;
  sealed: string;
}

/** A registered webhook: its desired settings, and what the reconciler last recorded. */
export interface KnownWebhook extends WebhookSettings {
  id: string;
  formId: string;
  tag: string;
  status: WebhookStatus;
  pending: boolean;
}

export class PreflightRepository {
  constructor(readonly dataSource: DataSource) {}

  async facts(): Promise<ServerFacts> {
    const [row] = await this.dataSource.query<[ServerFacts]>(
      `SELECT current_setting('server_version_num')::integer AS "versionNumber", current_setting('server_version') AS version,
              current_setting('transaction_read_only') = 'on' AS "readOnly", current_database() AS database, current_user AS user`,
    );
    return row;
  }

  /** The database's clock, in milliseconds since 1970. */
  async nowMs(): Promise<number> {
    const [row] = await this.dataSource.query<[{ now_ms: number }]>(
      'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms',
    );
    return row.now_ms;
  }

  async hasTable(name: string): Promise<boolean> {
    const [row] = await this.dataSource.query<[{ present: boolean }]>('SELECT to_regclass($1) IS NOT NULL AS present', [
      name,
    ]);
    return row.present;
  }

  /** Names of all migrations that have run and were not reverted. */
  async migrationsRun(): Promise<string[]> {
    if (!(await this.hasTable(MIGRATIONS_TABLE))) return [];
    const rows = await this.dataSource.query<{ name: string }[]>(`SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY id`);
    return rows.map(({ name }) => name);
  }

  /** Every secret that is stored under the key ring. */
  async sealedSecrets(): Promise<SealedSecret[]> {
    if (!(await this.hasTable('webhook'))) return [];
    return this.dataSource.query<SealedSecret[]>(
      `SELECT id AS "webhookId", secret AS sealed FROM webhook
       UNION ALL SELECT id, previous_secret FROM webhook WHERE previous_secret IS NOT NULL`,
    );
  }

  /** Ids of the keys that audit entries are sealed with. */
  async sealKeys(): Promise<string[]> {
    if (!(await this.hasTable('audit_seal'))) return [];
    const rows = await this.dataSource.query<{ key: string }[]>(
      'SELECT DISTINCT key_id AS key FROM audit_seal ORDER BY key',
    );
    return rows.map(({ key }) => key);
  }

  /** The webhooks that Typeform should have: those not in sync first, then by the oldest observation. */
  async webhooks(): Promise<KnownWebhook[]> {
    if (!(await this.hasTable('webhook'))) return [];
    return this.dataSource.query<KnownWebhook[]>(
      `SELECT id, form_id AS "formId", tag, url, enabled, verify_ssl AS "verifySsl", event_types AS "eventTypes", status, pending
         FROM webhook WHERE removed_at IS NULL ORDER BY status = 'in_sync', observed_at NULLS FIRST, id`,
    );
  }

  /** Which of these tables exist and belong to a role that we may not act as: a migration could not change them. */
  async tablesOfOthers(names: readonly string[]): Promise<string[]> {
    const rows = await this.dataSource.query<{ name: string }[]>(
      `SELECT relname AS name FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND relname = ANY($1)
          AND NOT pg_has_role(relowner, 'USAGE') ORDER BY relname`,
      [names],
    );
    return rows.map(({ name }) => name);
  }

  /** Creates one of everything that migrations create, under its own name, and rolls it back. Throws what PostgreSQL refuses. */
  async tryCreating(): Promise<void> {
    const name = `preflight_${randomBytes(6).toString('hex')}`;
    const create = `
      CREATE TABLE ${name} (id integer PRIMARY KEY, note text);
      CREATE INDEX ${name}_note ON ${name} (note);
      CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
      CREATE TRIGGER ${name} BEFORE INSERT ON ${name} FOR EACH ROW EXECUTE FUNCTION ${name}();
      ALTER TABLE ${name} ENABLE ALWAYS TRIGGER ${name};
      INSERT INTO ${name} (id) VALUES (1);
      ALTER TABLE ${name} ADD COLUMN added timestamptz;`;
    await withQueryRunner(this.dataSource, (runner) => rolledBack(runner, () => runner.query(create)));
  }

  /** Where the server keeps its files; null when this user may not know. */
  async dataDirectory(): Promise<string | null> {
    const [row] = await this.dataSource.query<[{ path: string | null }]>(
      `SELECT setting AS path FROM (SELECT NULL) AS always LEFT JOIN pg_settings ON name = 'data_directory'`,
    );
    return row.path;
  }
}
