import { Injectable, OnModuleInit } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { collectWith, showReading } from '../rest/collect-with';
import { ScrapeReading } from '../rest/scrape-reading';
import { AuditRepository } from './audit.repository';

const ENTRIES = 'onboarding_audit_entries';
const INTACT = 'onboarding_audit_end_intact';

export const AUDIT_METRIC_PROVIDERS = [
  makeGaugeProvider({ name: ENTRIES, help: 'Entries of the audit log; never decreases' }),
  makeGaugeProvider({
    name: INTACT,
    help: '1 when the last entry of the audit log matches the recorded head; GET /v1/audit/verify checks the entire chain',
  }),
];

/** Each scrape checks the end of the chain; GET /v1/audit/verify recomputes all of it. */
@Injectable()
export class AuditMetrics implements OnModuleInit {
  private readonly end = new ScrapeReading(() => this.repository.end());

  constructor(
    @InjectMetric(ENTRIES) private readonly entries: Gauge,
    @InjectMetric(INTACT) private readonly intact: Gauge,
    private readonly repository: AuditRepository,
  ) {}

  onModuleInit(): void {
    collectWith(this.entries, async () => showReading(this.entries, (await this.end.read())?.entries));
    collectWith(this.intact, async () => {
      const end = await this.end.read();
      showReading(this.intact, end ? Number(end.intact) : undefined);
    });
  }
}
