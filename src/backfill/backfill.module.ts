import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { InboxModule } from '../inbox/inbox.module';
import { TypeformModule } from '../typeform/typeform.module';
import { BackfillController } from './backfill.controller';
import { BACKFILL_METRIC_PROVIDERS, BackfillMetrics } from './backfill-metrics';
import { BackfillRequestsRepository } from './backfill-requests.repository';
import { BackfillRun } from './backfill-run.entity';
import { BackfillRunner } from './backfill-runner';
import { BackfillRunsRepository } from './backfill-runs.repository';
import { BackfillService } from './backfill.service';
import { BackfillWalk } from './backfill-walk';
import { BackfillWorkRepository } from './backfill-work.repository';
import { KnownResponsesRepository } from './known-responses.repository';

/** Back-fill: reads what no webhook delivered from the Responses API and sends it through the same inbox. */
@Module({
  imports: [TypeOrmModule.forFeature([BackfillRun]), AuditModule, InboxModule, TypeformModule],
  controllers: [BackfillController],
  providers: [
    BackfillService,
    BackfillRunner,
    BackfillWalk,
    BackfillMetrics,
    BackfillRequestsRepository,
    BackfillRunsRepository,
    BackfillWorkRepository,
    KnownResponsesRepository,
    ...BACKFILL_METRIC_PROVIDERS,
  ],
  exports: [BackfillService],
})
export class BackfillModule {}
