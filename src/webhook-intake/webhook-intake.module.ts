import { Module } from '@nestjs/common';
import { InboxModule } from '../inbox/inbox.module';
import { WebhookManagementModule } from '../webhook-management/webhook-management.module';
import { FailureWatchdog, WATCHDOG_METRIC_PROVIDERS } from './failure-watchdog';
import { INTAKE_METRIC_PROVIDERS, IntakeMetrics } from './intake-metrics';
import { IntakeStatistics } from './intake-statistics';
import { IntakeStatisticsRepository } from './intake-statistics.repository';
import { IntakeController } from './intake.controller';
import { IntakeService } from './intake.service';
import { SECRET_WATCHDOG_METRIC_PROVIDERS, SecretWatchdog } from './secret-watchdog';
import { SignatureGuard } from './signature.guard';
import { WebhookFence } from './webhook-fence';
import { WebhookThrottler } from './webhook-throttler';

/** Typeform's side of the service: verify, commit, answer. */
@Module({
  imports: [InboxModule, WebhookManagementModule],
  controllers: [IntakeController],
  providers: [
    IntakeService,
    SignatureGuard,
    WebhookThrottler,
    WebhookFence,
    IntakeMetrics,
    IntakeStatistics,
    IntakeStatisticsRepository,
    FailureWatchdog,
    SecretWatchdog,
    ...INTAKE_METRIC_PROVIDERS,
    ...WATCHDOG_METRIC_PROVIDERS,
    ...SECRET_WATCHDOG_METRIC_PROVIDERS,
  ],
  exports: [WebhookFence, IntakeStatistics, FailureWatchdog, SecretWatchdog],
})
export class WebhookIntakeModule {}
