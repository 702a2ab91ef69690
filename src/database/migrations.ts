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
import { ConsoleSessions1765025000000 } from '../../migrations/1765025000000-console-sessions';
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
  ConsoleSessions1765025000000,
];
export const MIGRATIONS_TABLE = 'schema_migration';

/** Names of the migrations this version knows and the database has not run, in order. */
export async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  const [found] = await dataSource.query<{ present: boolean }[]>('SELECT to_regclass($1) IS NOT NULL AS present', [
    MIGRATIONS_TABLE,
  ]);
  const done = found?.present ? await dataSource.query<{ name: string }[]>(`SELECT name FROM ${MIGRATIONS_TABLE}`) : [];
  const names = new Set(done.map(({ name }) => name));
  return MIGRATIONS.map(({ name }) => name).filter((name) => !names.has(name));
}

/** Runs pending migrations, one process at a time even when several start together. Returns the names of those it ran. */
export async function runMigrations(dataSource: DataSource): Promise<string[]> {
  return withAdvisoryLock(dataSource, 'migrations', async () => {
    const run = await dataSource.runMigrations({ transaction: 'each' });
    return run.map(({ name }) => name);
  });
}
