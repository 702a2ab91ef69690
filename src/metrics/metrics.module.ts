import { Module } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { InboxModule } from '../inbox/inbox.module';
import { IntakeModule } from '../intake/intake.module';
import { DATABASE_METRIC_PROVIDERS, DatabaseMetrics } from './database-metrics';
import { MetricsController } from './metrics.controller';
import { OverviewController } from './overview.controller';
import { OverviewService } from './overview.service';

/** Prometheus metrics, and their short form for people: the overview. */
@Module({
  imports: [PrometheusModule.register({ controller: MetricsController, path: '/metrics' }), InboxModule, IntakeModule],
  controllers: [OverviewController],
  providers: [DatabaseMetrics, OverviewService, ...DATABASE_METRIC_PROVIDERS],
})
export class MetricsModule {}
