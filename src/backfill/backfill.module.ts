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
import { CompletenessCheck } from './completeness/completeness-check.entity';
import { CompletenessChecksRepository } from './completeness/completeness-checks.repository';
import { COMPLETENESS_METRIC_PROVIDERS, CompletenessMetrics } from './completeness/completeness-metrics';
import { CompletenessRunner } from './completeness/completeness-runner';
import { CompletenessWalk } from './completeness/completeness-walk';
import { CompletenessWorkRepository } from './completeness/completeness-work.repository';
import { CompletenessController } from './completeness/completeness.controller';
import { CompletenessService } from './completeness/completeness.service';
import { TypeformResponse } from './completeness/typeform-response.entity';
import { TypeformResponseDay } from './completeness/typeform-response-day.entity';
import { TypeformResponsesRepository } from './completeness/typeform-responses.repository';
import { KnownResponsesRepository } from './known-responses.repository';
import { ResponseWalk } from './walk/response-walk';

/** Back-fill: reads what no webhook delivered from the Responses API and sends it through the same inbox. */
@Module({
  imports: [
    TypeOrmModule.forFeature([BackfillRun, CompletenessCheck, TypeformResponse, TypeformResponseDay]),
    AuditModule,
    InboxModule,
    TypeformModule,
  ],
  controllers: [BackfillController, CompletenessController],
  providers: [
    BackfillService,
    BackfillRunner,
    BackfillWalk,
    ResponseWalk,
    BackfillMetrics,
    BackfillRequestsRepository,
    BackfillRunsRepository,
    BackfillWorkRepository,
    KnownResponsesRepository,
    CompletenessService,
    CompletenessRunner,
    CompletenessWalk,
    CompletenessMetrics,
    CompletenessChecksRepository,
    CompletenessWorkRepository,
    TypeformResponsesRepository,
    ...BACKFILL_METRIC_PROVIDERS,
    ...COMPLETENESS_METRIC_PROVIDERS,
  ],
  exports: [BackfillService],
})
export class BackfillModule {}
