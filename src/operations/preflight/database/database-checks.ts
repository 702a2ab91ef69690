import { parse as parseConnectionString } from 'pg-connection-string';
import { urlsOfHosts } from '../../../core/database-hosts';
import { isNotPermitted } from '../../../database/database-errors';
import { DatabaseSetupError } from '../../../database/database-setup.error';
import { requireOwnSessions, requireUtf8 } from '../../../database/database-suitability';
import { MIGRATIONS, MIGRATIONS_TABLE } from '../../../database/migrations';
import { Check, failed, Finding, passed } from '../../check';
import { CannotCheck, reasonOf } from '../check-failure';
import { sqlOfMigration, tablesMadeBy } from './migration-sql';
import type { PreflightContext } from '../preflight-context';
import type { PreflightRepository } from './preflight.repository';

const MIN_VERSION = 140_000;

/** The database is reachable, recent enough, ours to change, and at the schema version this program expects. */
export function databaseChecks(context: PreflightContext, { showSql }: { showSql: boolean }): Check[] {
  const check = (id: string, title: string, look: (database: PreflightRepository) => Promise<Finding>): Check => ({
    id,
    title,
    severity: 'block',
    run: async () => look(await context.database()),
  });
  return [
    { id: 'database.reachable', title: 'database can be reached', severity: 'block', run: () => reach(context) },
    check('database.version', 'PostgreSQL is new enough', async (database) => {
      const { version, versionNumber } = await database.facts();
      if (versionNumber >= MIN_VERSION) return passed(`PostgreSQL ${version}`);
      return failed(`PostgreSQL ${version} is older than 14`, 'upgrade the server to PostgreSQL 14 or newer');
    }),
    check('database.encoding', 'database is in UTF-8', async () => {
      const dataSource = await context.connect();
      return suits(() => requireUtf8(dataSource), 'the encoding is UTF8');
    }),
    check('database.sessions', 'each connection has its own session', async () => {
      const dataSource = await context.connect();
      return suits(() => requireOwnSessions(dataSource), 'no pooler in transaction mode is in between');
    }),
    check('database.privileges', 'database user has the privileges that migrations need', checkPrivileges),
    check('database.migrations', 'schema matches this version', (database) => checkMigrations(database, showSql)),
  ];
}

async function reach(context: PreflightContext): Promise<Finding> {
  const where = urlsOfHosts(await context.databaseUrl())
    .map(placeOf)
    .join(', ');
  try {
    await context.connect();
    const facts = await (await context.database()).facts();
    const who = `${facts.database} at ${where} as ${facts.user}`;
    if (!facts.readOnly) return passed(`${who} answers`);
    return failed(`${who} is read-only`, 'point DATABASE_URL at the primary server: a standby accepts no writes');
  } catch (error) {
    if (error instanceof CannotCheck) throw error;
    if (error instanceof DatabaseSetupError) return failed(`${where}: ${error.problem}`, error.remedy);
    return failed(
      `${where} cannot be reached (${reasonOf(error)})`,
      'check DATABASE_URL (host, user, password, database), that PostgreSQL is running and that the network allows the connection',
    );
  }
}

function placeOf(url: string): string {
  const { host, port } = parseConnectionString(url);
  return host?.startsWith('/') ? `socket ${host}` : `${host || 'localhost'}:${port || 5432}`;
}

/** `look` throws DatabaseSetupError when the database does not suit this service. */
async function suits(look: () => Promise<void>, evidence: string): Promise<Finding> {
  try {
    await look();
    return passed(evidence);
  } catch (error) {
    if (!(error instanceof DatabaseSetupError)) throw error;
    return failed(error.problem, error.remedy);
  }
}

async function checkPrivileges(database: PreflightRepository): Promise<Finding> {
  const { user } = await database.facts();
  const remedy = `as owner of the database: GRANT CREATE ON SCHEMA public TO "${user}", or set DATABASE_URL to the user that owns the schema`;
  try {
    await database.tryCreating();
  } catch (error) {
    if (!isNotPermitted(error)) throw error;
    return failed(`${user} may not create tables, functions and triggers (${reasonOf(error)})`, remedy);
  }
  const tables = (await Promise.all(MIGRATIONS.map((migration) => sqlOfMigration(migration)))).flatMap(tablesMadeBy);
  const others = await database.tablesOfOthers([...tables, MIGRATIONS_TABLE]);
  if (others.length === 0)
    return passed(`${user} could create a table, a function and a trigger (rolled back), and owns every table`);
  return failed(
    `${user} does not own ${others.join(', ')}: a migration could not change them`,
    `as owner of the tables: ALTER TABLE ... OWNER TO "${user}", or set DATABASE_URL to the user that owns them`,
  );
}

async function checkMigrations(database: PreflightRepository, showSql: boolean): Promise<Finding> {
  const run = await database.migrationsRun();
  const known = MIGRATIONS.map(({ name }) => name);
  const unknown = run.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    return failed(
      `the database has run ${unknown.join(', ')}, which this version does not know`,
      'deploy a version that knows it; if you mean to roll back, read docs/rollback.md first',
    );
  }
  const pending = MIGRATIONS.filter(({ name }) => !run.includes(name));
  if (pending.length === 0) return passed(`all ${known.length} migrations have run`);
  const finding = failed(
    `${pending.length} pending: ${pending.map(({ name }) => name).join(', ')}`,
    'review the SQL (preflight --only database.migrations --show-sql), then run migrate',
    'warn',
  );
  if (!showSql) return finding;
  const sql = await Promise.all(pending.map((migration) => sqlOfMigration(migration)));
  return { ...finding, details: sql.join('\n\n') };
}
