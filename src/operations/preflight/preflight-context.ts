/** The request to preflight, and what several checks share: configuration, database, Typeform; each opened once, when first needed. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import type { AppConfig } from '../../config/app-config';
import type { ConfigReport } from '../../config/config-report';
import type { Environment, LoadedConfig } from '../../config/load-config';
import type { Clock } from '../../database/clock';
import { CONNECT_TIMEOUT_MS, dataSourceOptions } from '../../database/data-source-options';
import { runningServerUrl } from '../../database/embedded/running-server';
import { CannotCheck } from './check-failure';
import { PreflightRepository } from './database/preflight.repository';
import type { TypeformAccess } from './typeform/typeform-access';

const CONNECTIONS = 4;
/** Checks that run at the same time wait for one of these connections: on a busy machine longer than a service that is asked would. */
const FREE_CONNECTION_TIMEOUT_MS = 10_000;

/** All checks run at the same time, so that a run takes no longer than 15 s unless a longer time limit is asked for. */
export const PREFLIGHT_TIMEOUT_MS = 13_000;

/** The options of a run of `preflight`. */
export interface PreflightOptions {
  /** The SQL of pending migrations is part of the report. */
  showSql: boolean;
  /** A backup, or a directory whose newest file is one. */
  backupFile: string | null;
  backupMaxAgeHours: number;
  /** Where a backup is made and tested by restoring it. */
  makeBackup: string | null;
  /** The image that is about to be deployed. */
  image: string | null;
  minDiskMegabytes: number;
  /** Time limit of a check. */
  timeoutMs: number;
}

export class PreflightContext {
  readonly startedAt = performance.now();
  private connecting: Promise<DataSource> | null = null;
  private calling: Promise<TypeformAccess> | null = null;

  constructor(
    /** The environment as given to the process; its secrets appear in no finding. */
    readonly environment: Environment,
    private readonly loaded: LoadedConfig,
    readonly clock: Clock,
  ) {}

  get report(): ConfigReport {
    return this.loaded.report;
  }

  /** Throws CannotCheck when the configuration is not valid. */
  get config(): AppConfig {
    if (this.loaded.ok) return this.loaded.config;
    throw new CannotCheck(
      `not checked: the configuration is not valid: ${this.firstProblem()}`,
      'fix what config.valid reports, then run preflight again',
    );
  }

  private firstProblem(): string {
    const [first, ...others] = this.report.problems;
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    return `${first?.name} ${first?.message}${more}`;
  }

  /** The base URL that Typeform reaches. */
  get publicUrl(): URL {
    const { publicUrl, host, port } = this.config.http;
    return new URL(publicUrl ?? `http://${host}:${port}`);
  }

  /** DATABASE_URL, or where the embedded PostgreSQL of the running service listens. Throws CannotCheck when it does not run. */
  async databaseUrl(): Promise<string> {
    const { database, dataDir } = this.config;
    const url = database.url ?? (await runningServerUrl(join(dataDir, 'postgres')));
    if (url !== null) return url;
    throw new CannotCheck(
      `the embedded PostgreSQL in ${dataDir} is not running`,
      'start the service and run preflight while it is up, or set DATABASE_URL',
    );
  }

  /** A connection to the database; throws the driver's error when there is none. */
  connect(): Promise<DataSource> {
    this.connecting ??= this.databaseUrl().then((url) =>
      new DataSource({
        ...dataSourceOptions(url, CONNECTIONS),
        connectTimeoutMS: FREE_CONNECTION_TIMEOUT_MS,
      }).initialize(),
    );
    return this.connecting;
  }

  /** The database, for checks other than whether it can be reached. Throws CannotCheck when it cannot be reached. */
  async database(): Promise<PreflightRepository> {
    const { config } = this;
    try {
      return new PreflightRepository(await this.connect());
    } catch (error) {
      if (error instanceof CannotCheck) throw error;
      const where = config.database.url === null ? 'the embedded PostgreSQL' : 'the database of DATABASE_URL';
      throw new CannotCheck(
        `not checked: ${where} cannot be reached`,
        'fix what database.reachable reports, then run preflight again',
      );
    }
  }

  /** Typeform's API, at the pace that all replicas share, or at its own when no database is available to share it. */
  typeform(): Promise<TypeformAccess> {
    this.calling ??= this.openTypeform();
    return this.calling;
  }

  /** Closes everything that was opened. Never throws. */
  async close(): Promise<void> {
    await this.calling?.then((access) => access.close()).catch(() => undefined);
    await this.connecting?.then((dataSource) => dataSource.destroy()).catch(() => undefined);
  }

  private async openTypeform(): Promise<TypeformAccess> {
    const { config } = this;
    // A database that does not answer must not use up the time of the checks of Typeform.
    const given = delay(CONNECT_TIMEOUT_MS, null, { ref: false });
    const dataSource = await Promise.race([this.connect().catch(() => null), given]);
    const shared = dataSource !== null && (await new PreflightRepository(dataSource).hasTable('typeform_pace'));
    // Loaded on demand: it pulls in Nest, which takes most of the program's start time.
    const { TypeformAccess } = await import('./typeform/typeform-access.js');
    return TypeformAccess.open(config, shared ? dataSource : null, this.clock);
  }
}
