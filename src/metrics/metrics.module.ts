import { Module } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { BackfillModule } from '../backfill/backfill.module';
import { InboxModule } from '../inbox/inbox.module';
import { WebhookIntakeModule } from '../webhook-intake/webhook-intake.module';
import { TypeformModule } from '../typeform/typeform.module';
import { WebhookManagementModule } from '../webhook-management/webhook-management.module';
import { BUILD_METRIC_PROVIDERS, BuildInfo } from './build-info';
import { CLOCK_METRIC_PROVIDERS, ClockMetrics } from './clock-metrics';
import { DATABASE_METRIC_PROVIDERS, DatabaseMetrics } from './database-metrics';
import { MetricsController } from './metrics.controller';
import { OverviewController } from './overview.controller';
import { OverviewSeriesService } from './overview-series.service';
import { OverviewService } from './overview.service';
import { TYPEFORM_PACE_METRIC_PROVIDERS, TypeformPaceMetrics } from './typeform-pace-metrics';

/** Prometheus metrics, and their short form for people: the overview. */
@Module({
  imports: [
    PrometheusModule.register({ controller: MetricsController, path: '/metrics' }),
    InboxModule,
    WebhookIntakeModule,
    TypeformModule,
    BackfillModule,
    WebhookManagementModule,
  ],
  controllers: [OverviewController],
  providers: [
    BuildInfo,
    ClockMetrics,
    DatabaseMetrics,
    TypeformPaceMetrics,
    OverviewService,
    OverviewSeriesService,
    ...BUILD_METRIC_PROVIDERS,
    ...CLOCK_METRIC_PROVIDERS,
    ...DATABASE_METRIC_PROVIDERS,
    ...TYPEFORM_PACE_METRIC_PROVIDERS,
  ],
})
export class MetricsModule {}
