import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { JobsModule } from '../jobs/jobs.module';
import { OnboardingModule } from '../onboarding/onboarding.module';
import { BatchRunner } from './batch-runner';
import { COMMIT_FAILURE_METRIC_PROVIDERS, CommitFailures } from './commit-failures';
import { DeliveriesController } from './deliveries.controller';
import { DeliveriesRepository } from './deliveries.repository';
import { DeliveriesService } from './deliveries.service';
import { FailedAttempts } from './failed-attempts';
import { InboxDepthRepository } from './inbox-depth.repository';
import { INBOX_METRIC_PROVIDERS, InboxMetrics } from './inbox-metrics';
import { InboxProcessor } from './inbox-processor';
import { InboxSignal } from './inbox-signal';
import { InboxWriter } from './inbox-writer';
import { IntakeOutage } from './intake-outage.entity';
import { IntakePresence } from './intake-presence';
import { IntakePresenceRepository } from './intake-presence.repository';
import { IntakeReadiness } from './intake-readiness';
import { IntakeProcess } from './intake-process.entity';
import { PROCESSOR_STOP_METRIC_PROVIDERS, ProcessorStops } from './processor-stops';
import { ProcessorConnections } from './processor-connections';
import { ReplayJob } from './replay-job';
import { WebhookEvent } from './webhook-event.entity';

/** The inbox: a durable queue of every accepted event, its worker, and the deliveries API. */
@Module({
  imports: [
    TypeOrmModule.forFeature([WebhookEvent, IntakeProcess, IntakeOutage]),
    AuditModule,
    JobsModule,
    OnboardingModule,
  ],
  controllers: [DeliveriesController],
  providers: [
    InboxWriter,
    CommitFailures,
    InboxSignal,
    InboxProcessor,
    BatchRunner,
    FailedAttempts,
    ProcessorConnections,
    ProcessorStops,
    InboxMetrics,
    InboxDepthRepository,
    DeliveriesRepository,
    DeliveriesService,
    ReplayJob,
    IntakePresence,
    IntakePresenceRepository,
    IntakeReadiness,
    ...INBOX_METRIC_PROVIDERS,
    ...COMMIT_FAILURE_METRIC_PROVIDERS,
    ...PROCESSOR_STOP_METRIC_PROVIDERS,
  ],
  exports: [InboxWriter, IntakePresence, IntakeReadiness, InboxDepthRepository, DeliveriesRepository],
})
export class InboxModule {}
