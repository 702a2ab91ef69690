/** Looks every hour which forms had no removal for a day, and queues one for each. */
import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { Clock } from '../database/clock';
import { JobsService } from '../jobs/jobs.service';
import { RETENTION } from './retention-job';
import { RetentionRepository } from './retention.repository';

const INTERVAL_MS = 3_600_000;

@Injectable()
export class RetentionSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Retention');
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly repository: RetentionRepository,
    private readonly jobs: JobsService,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    // The kill switch stops everything that changes records.
    if (this.config.workerMode === 'intake' || !this.config.processing.enabled) return;
    const look = (): void => void (this.running = this.lookWithoutThrowing());
    look();
    this.timer = setInterval(look, INTERVAL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.running;
  }

  /** Queues what is due. Its edge and its job are committed together. */
  async requestDue(): Promise<void> {
    const now = this.clock.now();
    const formIds = await this.dataSource.transaction(async (manager) => {
      const due = await this.repository.moveEdges(manager, this.config.responseRetentionDays, now);
      for (const formId of due) {
        const wanted = { kind: 'retention', params: { formId }, joinKey: `retention:${formId}` } as const;
        await this.jobs.request(manager, wanted, RETENTION);
      }
      return due;
    });
    if (formIds.length > 0) this.jobs.started();
  }

  private async lookWithoutThrowing(): Promise<void> {
    try {
      await this.requestDue();
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown error';
      this.logger.warn('Expired submissions could not be looked for; the next attempt follows', { error: name });
    }
  }
}
