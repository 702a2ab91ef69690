import { Injectable } from '@nestjs/common';
import { HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { DatabaseServerRepository } from '../database/database-server.repository';
import { pendingMigrations } from '../database/migrations';
import { Draining } from '../rest/draining';

const TIMEOUT_MS = 2_000;

/** What must be true for an event to be committed. */
@Injectable()
export class ReadinessIndicators {
  private migrated = false;
  private asking: Promise<HealthIndicatorResult> | null = null;

  constructor(
    private readonly indicator: HealthIndicatorService,
    private readonly dataSource: DataSource,
    private readonly server: DatabaseServerRepository,
    private readonly draining: Draining,
  ) {}

  /** Down from the first moment of a shutdown on. */
  shutdown(): HealthIndicatorResult {
    const session = this.indicator.check('shutdown');
    return this.draining.started ? session.down('shutting down') : session.up();
  }

  /**
   * The database answers and accepts writes (a standby does not). Probes are open to everybody: however many ask at once, the database
   * is asked once at a time, and for no longer than the time-out.
   */
  async database(): Promise<HealthIndicatorResult> {
    this.asking ??= this.askDatabase().finally(() => (this.asking = null));
    return this.asking;
  }

  private async askDatabase(): Promise<HealthIndicatorResult> {
    return this.indicator
      .check('database')
      .attempt(async () => {
        if (!(await this.server.takesWrites())) throw new Error('the database is read-only');
      })
      .withTimeout(TIMEOUT_MS);
  }

  /** No migration of this version is pending. */
  async migrations(): Promise<HealthIndicatorResult> {
    return this.indicator
      .check('migrations')
      .attempt(async () => {
        if (this.migrated) return;
        const pending = await pendingMigrations(this.dataSource);
        if (pending.length > 0) throw new Error(`pending: ${pending.join(', ')}; run the migrate command`);
        this.migrated = true;
      })
      .withTimeout(TIMEOUT_MS);
  }
}
