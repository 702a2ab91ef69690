import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { OnboardingModule } from '../onboarding/onboarding.module';
import { TypeformModule } from '../typeform/typeform.module';
import { DataSubjectErasure } from './data-subject-erasure';
import { DataSubjectSearch } from './data-subject-search';
import { DataSubjectsController } from './data-subjects.controller';
import { DataSubjectsRepository } from './data-subjects.repository';
import { ErasedResponse } from './erased-response.entity';
import { ErasureController } from './erasure.controller';
import { ErasureKeysRepository } from './erasure-keys.repository';
import { ErasureRepository } from './erasure.repository';
import { ErasureService } from './erasure.service';
import { ErasuresRepository } from './erasures.repository';
import { JobsModule } from '../jobs/jobs.module';
import { RemoteDeletion } from './remote-deletion';
import { ResponseRemoval } from './response-removal.repository';
import { RetentionController } from './retention.controller';
import { RetentionJob } from './retention-job';
import { RetentionRepository } from './retention.repository';
import { RetentionSchedule } from './retention-schedule';
import { RetentionService } from './retention.service';
import { VerificationRemovalController } from './verification-removal.controller';
import { VerificationRemovalRepository } from './verification-removal.repository';
import { VerificationRemovalService } from './verification-removal.service';

/** Permanent erasure of people, responses and deliveries, on request also at Typeform. Removal of what deployment checks leave, and of what has expired. */
@Module({
  imports: [TypeOrmModule.forFeature([ErasedResponse]), AuditModule, JobsModule, OnboardingModule, TypeformModule],
  controllers: [ErasureController, DataSubjectsController, VerificationRemovalController, RetentionController],
  providers: [
    ErasureService,
    ErasureRepository,
    ErasureKeysRepository,
    ErasuresRepository,
    DataSubjectSearch,
    DataSubjectsRepository,
    DataSubjectErasure,
    ResponseRemoval,
    RemoteDeletion,
    VerificationRemovalService,
    VerificationRemovalRepository,
    RetentionJob,
    RetentionRepository,
    RetentionSchedule,
    RetentionService,
  ],
})
export class PrivacyModule {}
