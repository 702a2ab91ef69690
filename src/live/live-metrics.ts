import { Injectable } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';

const STREAMS = 'onboarding_change_streams';

export const LIVE_METRIC_PROVIDERS = [
  makeGaugeProvider({ name: STREAMS, help: 'Browsers that watch this process by GET /v1/stream' }),
];

@Injectable()
export class LiveMetrics {
  constructor(@InjectMetric(STREAMS) private readonly streams: Gauge) {}

  open(count: number): void {
    this.streams.set(count);
  }
}
