/** The migrations in order, as classes (globs would need a TypeScript loader). */
import type { DataSource } from 'typeorm';
import { InitialSchema1764000000000 } from '../../migrations/1764000000000-initial-schema';
import { AuditLog1764100000000 } from '../../migrations/1764100000000-audit-log';
import { TypeformCalls1764200000000 } from '../../migrations/1764200000000-typeform-calls';
import { WebhookManagement1764300000000 } from '../../migrations/1764300000000-webhook-management';
import { Backfill1764400000000 } from '../../migrations/1764400000000-backfill';
import { MappingDrift1764500000000 } from '../../migrations/1764500000000-mapping-drift';
import { Erasure1764600000000 } from '../../migrations/1764600000000-erasure';
import { ClientIdentity1764700000000 } from '../../migrations/1764700000000-client-identity';
import { SeparateClients1764800000000 } from '../../migrations/1764800000000-separate-clients';
import { Search1764950000000 } from '../../migrations/1764950000000-search';
import { FormDefinitions1764960000000 } from '../../migrations/1764960000000-form-definitions';
import { Jobs1764970000000 } from '../../migrations/1764970000000-jobs';
import { AttemptLog1764980000000 } from '../../migrations/1764980000000-attempt-log';
import { Unreadable1764986000000 } from '../../migrations/1764986000000-unreadable';
import { FinishedJobs1764986100000 } from '../../migrations/1764986100000-finished-jobs';
import { ErasedPerStatement1764990000000 } from '../../migrations/1764990000000-erased-per-statement';
import { LargeTables1764992000000 } from '../../migrations/1764992000000-large-tables';
import { InboxVacuum1764992100000 } from '../../migrations/1764992100000-inbox-vacuum';
import { WebhookRevision1764994000000 } from '../../migrations/1764994000000-webhook-revision';
import { BackfillTurns1764996000000 } from '../../migrations/1764996000000-backfill-turns';
import { IntakeOutages1764996100000 } from '../../migrations/1764996100000-intake-outages';
import { Completeness1764996200000 } from '../../migrations/1764996200000-completeness';
import { IntakeStatistics1764997000000 } from '../../migrations/1764997000000-intake-statistics';
import { Retention1764998000000 } from '../../migrations/1764998000000-retention';
import { DataSubjects1765004000000 } from '../../migrations/1765004000000-data-subjects';
import { TypeformRetries1765010000000 } from '../../migrations/1765010000000-typeform-retries';
import { BackfillAgain1765015000000 } from '../../migrations/1765015000000-backfill-again';
import { CompletenessCounts1765016000000 } from '../../migrations/1765016000000-completeness-counts';
import { ReplacedVersions1765017000000 } from '../../migrations/1765017000000-replaced-versions';
import { ConsoleSessions1765025000000 } from '../../migrations/1765025000000-console-sessions';
import { AuditSeals1765030000000 } from '../../migrations/1765030000000-audit-seals';
import { DeploymentChecklist1765060000000 } from '../../migrations/1765060000000-deployment-checklist';
import { RetryingEvents1765070000000 } from '../../migrations/1765070000000-retrying-events';
import { withAdvisoryLock } from './advisory-lock';

export const MIGRATIONS = [
  InitialSchema1764000000000,
  AuditLog1764100000000,
  TypeformCalls1764200000000,
  WebhookManagement1764300000000,
  Backfill1764400000000,
  MappingDrift1764500000000,
  Erasure1764600000000,
  ClientIdentity1764700000000,
  SeparateClients1764800000000,
  Search1764950000000,
  FormDefinitions1764960000000,
  Jobs1764970000000,
  AttemptLog1764980000000,
  Unreadable1764986000000,
  FinishedJobs1764986100000,
  ErasedPerStatement1764990000000,
  LargeTables1764992000000,
  InboxVacuum1764992100000,
  WebhookRevision1764994000000,
  BackfillTurns1764996000000,
  IntakeOutages1764996100000,
  Completeness1764996200000,
  IntakeStatistics1764997000000,
  Retention1764998000000,
  DataSubjects1765004000000,
  TypeformRetries1765010000000,
  BackfillAgain1765015000000,
  CompletenessCounts1765016000000,
  ReplacedVersions1765017000000,
  ConsoleSessions1765025000000,
  AuditSeals1765030000000,
  DeploymentChecklist1765060000000,
  RetryingEvents1765070000000,
];
export const MIGRATIONS_TABLE = 'schema_migration';

/** Names of the migrations this version knows and the database has not run, in order. */
export async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  const done = (await hasTable(dataSource))
    ? await dataSource.query<{ name: string }[]>(`SELECT name FROM ${MIGRATIONS_TABLE}`)
    : [];
  const names = new Set(done.map(({ name }) => name));
  return MIGRATIONS.map(({ name }) => name).filter((name) => !names.has(name));
}

/** A migration that the database has run. */
export interface AppliedMigration {
  name: string;
  /** null: run before times were kept, or by TypeORM's command line on an empty database. */
  appliedAt: Date | null;
}

/** What the database has run, in order; migrations of a later version too. */
export async function appliedMigrations(dataSource: DataSource): Promise<AppliedMigration[]> {
  if (!(await hasTable(dataSource))) return [];
  // As JSON, since the column of the time may be missing.
  const rows = await dataSource.query<{ name: string; at: string | null }[]>(
    `SELECT name, to_jsonb(m) ->> 'applied_at' AS at FROM ${MIGRATIONS_TABLE} AS m ORDER BY "timestamp", id`,
  );
  return rows.map(({ name, at }) => ({ name, appliedAt: at === null ? null : new Date(at) }));
}

async function hasTable(dataSource: DataSource): Promise<boolean> {
  const [found] = await dataSource.query<{ present: boolean }[]>('SELECT to_regclass($1) IS NOT NULL AS present', [
    MIGRATIONS_TABLE,
  ]);
  return found?.present === true;
}

/** TypeORM's table of migrations, made by ourselves when it is missing, has no time: each new row gets one. */
async function keepTimes(dataSource: DataSource): Promise<void> {
  await dataSource.query(
    `CREATE TABLE IF NOT EXISTS ${MIGRATIONS_TABLE} (id serial PRIMARY KEY, "timestamp" bigint NOT NULL, name varchar NOT NULL)`,
  );
  const [found] = await dataSource.query<{ present: boolean }[]>(
    `SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'applied_at') AS present`,
    [MIGRATIONS_TABLE],
  );
  if (found?.present) return;
  await dataSource.query(
    `ALTER TABLE ${MIGRATIONS_TABLE} ADD COLUMN applied_at timestamptz, ALTER COLUMN applied_at SET DEFAULT clock_timestamp()`,
  );
}

/** Runs pending migrations, one process at a time even when several start together. Returns the names of those it ran. */
export async function runMigrations(dataSource: DataSource): Promise<string[]> {
  return withAdvisoryLock(dataSource, 'migrations', async () => {
    await keepTimes(dataSource);
    const run = await dataSource.runMigrations({ transaction: 'each' });
    return run.map(({ name }) => name);
  });
}
