/** The running version: a constant 1 with the version as label, the usual Prometheus convention. */
import { Injectable } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { version } from '../../package.json';

const BUILD = 'onboarding_build_info';

export const BUILD_METRIC_PROVIDERS = [
  makeGaugeProvider({ name: BUILD, help: 'The running version; always 1', labelNames: ['version'] }),
];

@Injectable()
export class BuildInfo {
  constructor(@InjectMetric(BUILD) build: Gauge<'version'>) {
    build.set({ version }, 1);
  }
}
