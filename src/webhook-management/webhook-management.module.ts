import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { BackfillModule } from '../backfill/backfill.module';
import { BackfillService } from '../backfill/backfill.service';
import { InboxModule } from '../inbox/inbox.module';
import { TypeformModule } from '../typeform/typeform.module';
import { MissedSubmissions } from './missed-submissions';
import { OnboardingModule } from '../onboarding/onboarding.module';
import { MAPPING_METRIC_PROVIDERS, MappingCheck } from './mapping-check';
import { AllFormsReconciler } from './all-forms-reconciler';
import { ChangeRetries } from './change-retries';
import { UnconfirmedChangesRepository } from './unconfirmed-changes.repository';
import { ReconcileOnRequest } from './reconcile-on-request';
import { WEBHOOK_METRIC_PROVIDERS, WebhookMetrics } from './webhook-metrics';
import { FormReconciler } from './form-reconciler';
import { WebhookSecretsCache } from './webhook-secrets';
import { WebhookSecretsRepository } from './webhook-secrets.repository';
import { ReconcilePass } from './reconcile-pass.entity';
import { ReconcilePassRepository } from './reconcile-pass.repository';
import { RepairFollowUp } from './repair-follow-up';
import { WebhookChanges } from './webhook-changes';
import { WebhookPush } from './webhook-push.entity';
import { WebhookPusher } from './webhook-pusher';
import { WebhookStore } from './webhook-store';
import { WebhookStoreRepository } from './webhook-store.repository';
import { WebhookTester } from './webhook-tester';
import { CallbackUrls } from './callback-urls';
import { DisabledPeriodsRepository } from './disabled-periods.repository';
import { Webhook } from './webhook.entity';
import { WebhooksController } from './webhooks.controller';
import { WebhooksRepository } from './webhooks.repository';
import { WebhooksService } from './webhooks.service';

/** Webhooks at Typeform: registers, changes and repairs them, and provides their signing secrets to the intake. */
@Module({
  imports: [
    TypeOrmModule.forFeature([Webhook, WebhookPush, ReconcilePass]),
    TypeformModule,
    AuditModule,
    OnboardingModule,
    InboxModule,
    BackfillModule,
  ],
  controllers: [WebhooksController],
  providers: [
    CallbackUrls,
    WebhooksService,
    WebhooksRepository,
    WebhookChanges,
    WebhookPusher,
    { provide: WebhookStore, useClass: WebhookStoreRepository },
    ReconcilePassRepository,
    UnconfirmedChangesRepository,
    ChangeRetries,
    RepairFollowUp,
    WebhookTester,
    FormReconciler,
    AllFormsReconciler,
    {
      provide: MissedSubmissions,
      inject: [BackfillService],
      useFactory: (backfill: BackfillService): MissedSubmissions => ({
        recover: async (formId) => void (await backfill.start(formId, { trigger: 'repair' })),
      }),
    },
    DisabledPeriodsRepository,
    ReconcileOnRequest,
    WebhookMetrics,
    MappingCheck,
    ...MAPPING_METRIC_PROVIDERS,
    WebhookSecretsCache,
    WebhookSecretsRepository,
    ...WEBHOOK_METRIC_PROVIDERS,
  ],
  exports: [WebhookSecretsCache, WebhooksRepository, DisabledPeriodsRepository],
})
export class WebhookManagementModule {}
