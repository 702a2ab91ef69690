import { Injectable, OnModuleInit } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { collectWith, showReading } from '../rest/collect-with';
import { ScrapeReading } from '../rest/scrape-reading';
import { type EndReading, SealedEnd } from './sealed-end';

const ENTRIES = 'onboarding_audit_entries';
const INTACT = 'onboarding_audit_end_intact';
const UNSEALED = 'onboarding_audit_unsealed_entries';
const LATE = 'onboarding_audit_late_entries';

export const AUDIT_METRIC_PROVIDERS = [
  makeGaugeProvider({ name: ENTRIES, help: 'Entries of the audit log; never decreases' }),
  makeGaugeProvider({
    name: INTACT,
    help: '1 when the last entry of the audit log matches the recorded head, the last seal fits its entry, and what this process has seen is still there',
  }),
  makeGaugeProvider({
    name: UNSEALED,
    help: 'Entries of the audit log after the last seal: a release without seals is running',
  }),
  makeGaugeProvider({
    name: LATE,
    help: 'Entries of the audit log that got no seal of their own; grows when a release without seals has run, or seals were removed',
  }),
];

/** Each scrape checks the end of the chain; GET /v1/audit/verify recomputes all of it. */
@Injectable()
export class AuditMetrics implements OnModuleInit {
  private readonly reading = new ScrapeReading(() => this.end.read());

  constructor(
    @InjectMetric(ENTRIES) private readonly entries: Gauge,
    @InjectMetric(INTACT) private readonly intact: Gauge,
    @InjectMetric(UNSEALED) private readonly unsealed: Gauge,
    @InjectMetric(LATE) private readonly late: Gauge,
    private readonly end: SealedEnd,
  ) {}

  onModuleInit(): void {
    this.show(this.entries, ({ entries }) => entries);
    this.show(this.intact, ({ intact }) => Number(intact));
    this.show(this.unsealed, ({ unsealed }) => unsealed);
    this.show(this.late, ({ late }) => late);
  }

  private show(gauge: Gauge, of: (end: EndReading) => number): void {
    collectWith(gauge, async () => {
      const end = await this.reading.read();
      showReading(gauge, end ? of(end) : undefined);
    });
  }
}
