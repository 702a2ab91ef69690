import { Injectable, OnModuleInit } from '@nestjs/common';
import { InjectMetric, makeCounterProvider, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge } from 'prom-client';
import { collectWith, showReading } from '../rest/collect-with';
import { ScrapeReading } from '../rest/scrape-reading';
import { ReconcilePassRepository } from './reconcile-pass.repository';
import { WEBHOOK_STATUSES } from './webhook-state';
import { WebhooksRepository } from './webhooks.repository';

const WEBHOOKS = 'onboarding_webhooks';
const REPAIRS = 'onboarding_webhook_repairs_total';
const RECONCILED = 'onboarding_webhook_reconciled_timestamp_seconds';

/** What a repair fixed: the fields that had drifted, or a pending change. */
const REPAIR_FIELDS = ['existence', 'enabled', 'url', 'verify_ssl', 'event_types', 'pending'] as const;

export const WEBHOOK_METRIC_PROVIDERS = [
  makeGaugeProvider({
    name: WEBHOOKS,
    help: 'Managed webhooks by their last observed state at Typeform',
    labelNames: ['status'],
  }),
  makeCounterProvider({ name: REPAIRS, help: 'Repairs of webhooks at Typeform', labelNames: ['field'] }),
  makeGaugeProvider({
    name: RECONCILED,
    help: 'Unix time of the last complete comparison with Typeform, by any replica',
  }),
];

@Injectable()
export class WebhookMetrics implements OnModuleInit {
  private readonly counts = new ScrapeReading(() => this.repository.countByStatus());
  /** Seconds; whatever process made the pass. */
  private readonly comparedAt = new ScrapeReading(
    async () => ((await this.passes.finishedAt())?.getTime() ?? 0) / 1000,
  );

  constructor(
    @InjectMetric(WEBHOOKS) private readonly webhooks: Gauge<'status'>,
    @InjectMetric(REPAIRS) private readonly repairs: Counter<'field'>,
    @InjectMetric(RECONCILED) private readonly reconciled: Gauge,
    private readonly repository: WebhooksRepository,
    private readonly passes: ReconcilePassRepository,
  ) {
    for (const field of REPAIR_FIELDS) this.repairs.inc({ field }, 0);
  }

  onModuleInit(): void {
    collectWith(this.webhooks, async () => {
      const counts = await this.counts.read();
      this.webhooks.reset();
      for (const status of counts ? WEBHOOK_STATUSES : []) this.webhooks.set({ status }, counts?.[status] ?? 0);
    });
    collectWith(this.reconciled, async () => showReading(this.reconciled, (await this.comparedAt.read()) ?? undefined));
  }

  /** Counts a repaired webhook. */
  repaired(fields: readonly (typeof REPAIR_FIELDS)[number][]): void {
    for (const field of fields) this.repairs.inc({ field });
  }
}
