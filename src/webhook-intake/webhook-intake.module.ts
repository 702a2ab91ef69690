import { Module } from '@nestjs/common';
import { InboxModule } from '../inbox/inbox.module';
import { WebhookManagementModule } from '../webhook-management/webhook-management.module';
import { FailureWatchdog, WATCHDOG_METRIC_PROVIDERS } from './failure-watchdog';
import { INTAKE_METRIC_PROVIDERS, IntakeMetrics } from './intake-metrics';
import { IntakeWindow } from './intake-window';
import { IntakeController } from './intake.controller';
import { IntakeService } from './intake.service';
import { SignatureGuard } from './signature.guard';
import { WebhookFence } from './webhook-fence';
import { WebhookThrottlerGuard } from './webhook-throttler.guard';

/** Typeform's side of the service: verify, commit, answer. */
@Module({
  imports: [InboxModule, WebhookManagementModule],
  controllers: [IntakeController],
  providers: [
    IntakeService,
    SignatureGuard,
    WebhookThrottlerGuard,
    WebhookFence,
    IntakeMetrics,
    IntakeWindow,
    FailureWatchdog,
    ...INTAKE_METRIC_PROVIDERS,
    ...WATCHDOG_METRIC_PROVIDERS,
  ],
  exports: [WebhookFence, IntakeWindow, FailureWatchdog],
})
export class WebhookIntakeModule {}
