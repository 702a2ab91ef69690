import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { InboxModule } from '../inbox/inbox.module';
import { HealthController } from './health.controller';
import { ReadinessIndicators } from './readiness.indicators';
import { READINESS_METRIC_PROVIDERS, ReadinessMetrics } from './readiness-metrics';

/** Liveness, readiness and startup probes. */
@Module({
  imports: [InboxModule, TerminusModule.forRoot({ logger: false, gracefulShutdownTimeoutMs: 0 })],
  controllers: [HealthController],
  providers: [ReadinessIndicators, ReadinessMetrics, ...READINESS_METRIC_PROVIDERS],
})
export class HealthModule {}
