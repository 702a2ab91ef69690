/**
 * Sends again what Typeform has not confirmed, some seconds after it failed and right after a start, in any process: a comparison would
 * do it too, but comes by only once in an interval.
 */
import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { Clock } from '../database/clock';
import type { CallOptions } from '../typeform/typeform-api';
import { TypeformError } from '../typeform/typeform-error';
import type { Target } from './push-decision';
import { UnconfirmedChangesRepository } from './unconfirmed-changes.repository';
import { WebhookMetrics } from './webhook-metrics';
import { WebhookPusher } from './webhook-pusher';

const LOOK_EVERY_MS = 2_000;

@Injectable()
export class ChangeRetries implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ChangeRetries.name);
  private readonly stop = new AbortController();
  private running: Promise<void> | null = null;

  constructor(
    private readonly config: AppConfig,
    private readonly unconfirmed: UnconfirmedChangesRepository,
    private readonly pusher: WebhookPusher,
    private readonly metrics: WebhookMetrics,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const { reconcileIntervalSeconds, workerMode } = this.config;
    if (reconcileIntervalSeconds > 0 && workerMode !== 'intake') this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      await this.retryDue().catch((error: unknown) => {
        const why = error instanceof Error ? error.message : 'unknown error';
        if (!signal.aborted) this.logger.warn(`Changes for Typeform wait and will be sent again: ${why}`);
      });
      await this.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  private async retryDue(): Promise<void> {
    while (!this.stop.signal.aborted) {
      const target = await this.unconfirmed.claim();
      if (target === null) return;
      await this.retry(target);
    }
  }

  /** One call. How it ended is recorded with the webhook, and says when the next one is due. */
  private async retry(target: Target): Promise<void> {
    const call: CallOptions = { priority: 'background', signal: this.stop.signal };
    try {
      const outcome = await this.pusher.push(target, { kind: 'due' }, call, { once: true });
      if (outcome.result !== 'done' || !outcome.sent) return;
      this.metrics.repaired(['pending']);
      this.logger.log('A change that Typeform had not confirmed was sent again', { ...target });
    } catch (error) {
      // The failed call has its own line in the log.
      if (!(error instanceof TypeformError)) throw error;
    }
  }
}
