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
import { RepairFollowUp } from './repair-follow-up';
import { UnconfirmedChangesRepository } from './unconfirmed-changes.repository';
import { WebhookPusher } from './webhook-pusher';
import { WebhookStore } from './webhook-store';

const LOOK_EVERY_MS = 2_000;

@Injectable()
export class ChangeRetries implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Webhooks');
  private readonly stop = new AbortController();
  private running: Promise<void> | null = null;
  /** The last look failed, and it was said. */
  private troubled = false;

  constructor(
    private readonly config: AppConfig,
    private readonly unconfirmed: UnconfirmedChangesRepository,
    private readonly store: WebhookStore,
    private readonly pusher: WebhookPusher,
    private readonly followUp: RepairFollowUp,
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
      await this.lookOnce();
      await this.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  /** Never throws: without the database everything waits until it is back, which is said once. */
  private async lookOnce(): Promise<void> {
    try {
      await this.retryDue();
      this.troubled = false;
    } catch (error) {
      if (this.stop.signal.aborted) return;
      const why = error instanceof Error ? error.message : 'unknown error';
      if (!this.troubled) this.logger.warn(`Changes for Typeform wait and will be sent again: ${why}`);
      this.troubled = true;
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
      const { webhook } = await this.store.state(target);
      const outcome = await this.pusher.push(target, { kind: 'due' }, call, { once: true });
      if (outcome.result === 'done' && outcome.sent && outcome.ended.length === 0)
        await this.followUp.resent(target, webhook);
    } catch (error) {
      // The failed call has its own line in the log.
      if (!(error instanceof TypeformError)) throw error;
    }
  }
}
