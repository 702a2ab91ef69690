/** Gauges read from the database and the pool on each scrape. */
import { Injectable, OnModuleInit } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import type { Pool } from 'pg';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver';
import { Clock } from '../database/clock';
import { Depth, InboxDepthRepository } from '../inbox/inbox-depth.repository';
import { InboxWriter } from '../inbox/inbox-writer';
import { collectWith } from '../rest/collect-with';
import { ScrapeReading } from '../rest/scrape-reading';

const EVENTS = 'onboarding_inbox_events';
const OLDEST = 'onboarding_inbox_oldest_age_seconds';
const WAITING = 'onboarding_inbox_waiting_commits';
const POOL = 'onboarding_database_pool_connections';

export const DATABASE_METRIC_PROVIDERS = [
  makeGaugeProvider({ name: EVENTS, help: 'Events in the inbox that are not done', labelNames: ['status'] }),
  makeGaugeProvider({ name: OLDEST, help: 'Age of the oldest event that is not done', labelNames: ['status'] }),
  makeGaugeProvider({ name: WAITING, help: 'Webhooks waiting for their commit' }),
  makeGaugeProvider({
    name: POOL,
    help: 'Connections of the pool; waiting: queries that wait for one',
    labelNames: ['state'],
  }),
];

@Injectable()
export class DatabaseMetrics implements OnModuleInit {
  private readonly open = new ScrapeReading(() => this.depth.open());

  constructor(
    @InjectMetric(EVENTS) private readonly events: Gauge<'status'>,
    @InjectMetric(OLDEST) private readonly oldest: Gauge<'status'>,
    @InjectMetric(WAITING) private readonly waiting: Gauge,
    @InjectMetric(POOL) private readonly pool: Gauge<'state'>,
    private readonly dataSource: DataSource,
    private readonly depth: InboxDepthRepository,
    private readonly writer: InboxWriter,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    collectWith(this.events, () => this.perStatus(this.events, ({ count }) => count));
    collectWith(this.oldest, () => {
      const now = this.clock.now().getTime();
      return this.perStatus(this.oldest, ({ oldestReceivedAt }) =>
        oldestReceivedAt ? Math.max(0, (now - oldestReceivedAt.getTime()) / 1000) : 0,
      );
    });
    collectWith(this.waiting, () => this.waiting.set(this.writer.depth));
    collectWith(this.pool, () => {
      const { totalCount, idleCount, waitingCount, options } = (this.dataSource.driver as PostgresDriver)
        .master as Pool;
      // The pool hands its connections out a moment later: whoever waits for one that is there does not wait.
      const free = idleCount + Math.max(0, (options.max ?? totalCount) - totalCount);
      this.pool.set({ state: 'used' }, totalCount - idleCount);
      this.pool.set({ state: 'idle' }, idleCount);
      this.pool.set({ state: 'waiting' }, Math.max(0, waitingCount - free));
    });
  }

  /** Without a database these series are absent rather than stale or zero. */
  private async perStatus(gauge: Gauge<'status'>, valueOf: (depth: Depth) => number): Promise<void> {
    const open = await this.open.read();
    gauge.reset();
    for (const depth of open ?? []) gauge.set({ status: depth.status }, valueOf(depth));
  }
}
