import { Injectable } from '@nestjs/common';
import { HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { pendingMigrations } from '../database/migrations';
import { IntakeReadiness } from '../inbox/intake-readiness';
import { Draining } from '../rest/draining';

const TIMEOUT_MS = 2_000;

/** What must be true for an event to be committed. */
@Injectable()
export class ReadinessIndicators {
  private migrated = false;

  constructor(
    private readonly indicator: HealthIndicatorService,
    private readonly dataSource: DataSource,
    private readonly intake: IntakeReadiness,
    private readonly draining: Draining,
  ) {}

  /** Down from the first moment of a shutdown on. */
  shutdown(): HealthIndicatorResult {
    const session = this.indicator.check('shutdown');
    return this.draining.started ? session.down('shutting down') : session.up();
  }

  /** An event could be committed right now: the last commits say so or, while no events come, a test write. */
  async database(): Promise<HealthIndicatorResult> {
    return this.indicator
      .check('database')
      .attempt(() => this.intake.check())
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
