/** Compares all webhooks with Typeform periodically, in one process at a time. */
import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { tryAdvisoryLock } from '../database/advisory-lock';
import { Clock } from '../database/clock';
import type { CallOptions } from '../typeform/typeform-api';
import { WebhookMetrics } from './webhook-metrics';
import { FormReport, FormReconciler } from './form-reconciler';
import { WebhooksRepository } from './webhooks.repository';

const FORMS_PER_PAGE = 100;

/** The result of a pass over everything. `finished` is false when it was cut short or another process is already running one. */
export interface PassReport extends FormReport {
  finished: boolean;
}

@Injectable()
export class AllFormsReconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(AllFormsReconciler.name);
  private readonly stop = new AbortController();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<unknown> | null = null;

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly repository: WebhooksRepository,
    private readonly reconciler: FormReconciler,
    private readonly metrics: WebhookMetrics,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.reconcileIntervalSeconds > 0 && this.config.workerMode !== 'intake') this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    if (this.timer) clearTimeout(this.timer);
    await this.running?.catch(() => undefined);
  }

  /** One pass over all forms, unless another process is making one. Memory holds one page of form ids and the differences. */
  async pass(call: CallOptions, force: boolean): Promise<PassReport> {
    const found: PassReport = { webhooks: [], strays: [], finished: false };
    const took = await tryAdvisoryLock(this.dataSource, 'reconcile', async (lost) => {
      const signal = call.signal ? AbortSignal.any([call.signal, lost]) : lost;
      let after = '';
      for (;;) {
        const formIds = await this.repository.formsToReconcile(after, FORMS_PER_PAGE);
        for (const formId of formIds) {
          if (signal.aborted) return;
          const { webhooks, strays } = await this.reconciler.reconcileForm(formId, { ...call, signal }, { force });
          found.webhooks.push(...webhooks);
          found.strays.push(...strays);
        }
        const last = formIds.at(-1);
        if (formIds.length < FORMS_PER_PAGE || last === undefined) break;
        after = last;
      }
      found.finished = true;
      this.metrics.compared(this.clock.now());
    });
    if (!took) this.logger.debug('Another process is comparing the webhooks with Typeform');
    return found;
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      this.running = this.pass({ priority: 'background', signal: this.stop.signal }, false)
        .catch((error: unknown) => {
          if (!this.stop.signal.aborted) {
            const why = error instanceof Error ? error.message : 'unknown error';
            this.logger.warn(`Comparing the webhooks with Typeform failed and will be tried again: ${why}`);
          }
        })
        .finally(() => {
          if (!this.stop.signal.aborted) this.schedule();
        });
    }, this.config.reconcileIntervalSeconds * 1000);
  }
}
