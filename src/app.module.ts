import { DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { AccessModule } from './access/access.module';
import { AppConfig } from './config/app-config';
import { BackfillModule } from './backfill/backfill.module';
import { ConfigModule } from './config/config.module';
import { DatabaseModule } from './database/database.module';
import { PrivacyModule } from './privacy/privacy.module';
import { LiveModule } from './live/live.module';
import { HealthModule } from './health/health.module';
import { InstallationModule } from './installation/installation.module';
import { InboxModule } from './inbox/inbox.module';
import { WebhookIntakeModule } from './webhook-intake/webhook-intake.module';
import { MetricsModule } from './metrics/metrics.module';
import { OnboardingModule } from './onboarding/onboarding.module';
import { ProblemFilter } from './rest/problem.filter';
import { RestModule } from './rest/rest.module';
import { RequestValidationPipe } from './rest/validation.pipe';
import { WebhookManagementModule } from './webhook-management/webhook-management.module';

/** The whole service, wired from one configuration. */
@Module({})
export class AppModule {
  static register(config: AppConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.register(config),
        DatabaseModule,
        RestModule,
        AccessModule,
        LiveModule,
        OnboardingModule,
        InboxModule,
        WebhookManagementModule,
        BackfillModule,
        PrivacyModule,
        WebhookIntakeModule,
        HealthModule,
        MetricsModule,
        InstallationModule,
      ],
      providers: [
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useClass: RequestValidationPipe },
      ],
    };
  }
}
