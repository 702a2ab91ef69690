import { Injectable, OnModuleInit } from '@nestjs/common';
import { HealthIndicatorResult } from '@nestjs/terminus';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { collectWith } from '../rest/collect-with';
import { ReadinessIndicators } from './readiness.indicators';

const READY = 'onboarding_ready';
const DATABASE_UP = 'onboarding_database_up';

export const READINESS_METRIC_PROVIDERS = [
  makeGaugeProvider({ name: READY, help: '1 when GET /health/ready says that an event could be committed' }),
  makeGaugeProvider({ name: DATABASE_UP, help: '1 when the database commits a write within 2 s' }),
];

/** The readiness probe as gauges. Its indicators answer within 2 s even when the database hangs. */
@Injectable()
export class ReadinessMetrics implements OnModuleInit {
  constructor(
    @InjectMetric(READY) private readonly ready: Gauge,
    @InjectMetric(DATABASE_UP) private readonly databaseUp: Gauge,
    private readonly indicators: ReadinessIndicators,
  ) {}

  onModuleInit(): void {
    collectWith(this.databaseUp, async () => this.databaseUp.set(Number(isUp(await this.indicators.database()))));
    collectWith(this.ready, async () => {
      const outside = await Promise.all([this.indicators.database(), this.indicators.migrations()]);
      this.ready.set(Number([this.indicators.shutdown(), ...outside].every(isUp)));
    });
  }
}

function isUp(result: HealthIndicatorResult): boolean {
  return Object.values(result).every(({ status }) => status === 'up');
}
