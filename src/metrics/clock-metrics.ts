/** The process' clock compared with the database's: leases and the pace use one, the age of events the other. */
import { Injectable, OnModuleInit } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { Clock } from '../database/clock';
import { DatabaseServerRepository } from '../database/database-server.repository';
import { collectWith, showReading } from '../rest/collect-with';
import { ScrapeReading } from '../rest/scrape-reading';

const OFFSET = 'onboarding_clock_offset_seconds';

export const CLOCK_METRIC_PROVIDERS = [
  makeGaugeProvider({
    name: OFFSET,
    help: 'How far the clock of this process is ahead of that of the database',
  }),
];

@Injectable()
export class ClockMetrics implements OnModuleInit {
  private readonly offset = new ScrapeReading(() => this.measure());

  constructor(
    @InjectMetric(OFFSET) private readonly gauge: Gauge,
    private readonly server: DatabaseServerRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    collectWith(this.gauge, async () => showReading(this.gauge, (await this.offset.read()) ?? undefined));
  }

  /** In seconds. The database answered at some point between request and response: the midpoint is assumed. */
  private async measure(): Promise<number> {
    const askedAt = this.clock.now().getTime();
    const serverMs = await this.server.nowMs();
    const heardAt = this.clock.now().getTime();
    return ((askedAt + heardAt) / 2 - serverMs) / 1000;
  }
}
