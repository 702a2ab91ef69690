import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { OnboardingModule } from '../onboarding/onboarding.module';
import { TypeformModule } from '../typeform/typeform.module';
import { ErasedResponse } from './erased-response.entity';
import { ErasureController } from './erasure.controller';
import { ErasureRepository } from './erasure.repository';
import { ErasureService } from './erasure.service';
import { JobsModule } from '../jobs/jobs.module';
import { RemoteDeletion } from './remote-deletion';
import { RetentionController } from './retention.controller';
import { RetentionJob } from './retention-job';
import { RetentionRepository } from './retention.repository';
import { RetentionSchedule } from './retention-schedule';
import { RetentionService } from './retention.service';
import { VerificationRemovalController } from './verification-removal.controller';
import { VerificationRemovalRepository } from './verification-removal.repository';
import { VerificationRemovalService } from './verification-removal.service';

/** Permanent erasure of a client, on request also at Typeform. Removal of what deployment checks leave, and of what has expired. */
@Module({
  imports: [TypeOrmModule.forFeature([ErasedResponse]), AuditModule, JobsModule, OnboardingModule, TypeformModule],
  controllers: [ErasureController, VerificationRemovalController, RetentionController],
  providers: [
    ErasureService,
    ErasureRepository,
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
