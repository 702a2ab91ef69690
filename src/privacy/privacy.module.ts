import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { OnboardingModule } from '../onboarding/onboarding.module';
import { TypeformModule } from '../typeform/typeform.module';
import { ErasedResponse } from './erased-response.entity';
import { ErasureController } from './erasure.controller';
import { ErasureRepository } from './erasure.repository';
import { ErasureService } from './erasure.service';
import { RemoteDeletion } from './remote-deletion';
import { VerificationRemovalController } from './verification-removal.controller';
import { VerificationRemovalRepository } from './verification-removal.repository';
import { VerificationRemovalService } from './verification-removal.service';

/** Permanent erasure of a client, on request also at Typeform. Removal of what deployment checks leave. */
@Module({
  imports: [TypeOrmModule.forFeature([ErasedResponse]), AuditModule, OnboardingModule, TypeformModule],
  controllers: [ErasureController, VerificationRemovalController],
  providers: [
    ErasureService,
    ErasureRepository,
    RemoteDeletion,
    VerificationRemovalService,
    VerificationRemovalRepository,
  ],
})
export class PrivacyModule {}
