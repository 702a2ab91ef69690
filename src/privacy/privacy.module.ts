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

/** Erasure of a client: here, for good, and on request at Typeform. */
@Module({
  imports: [TypeOrmModule.forFeature([ErasedResponse]), AuditModule, OnboardingModule, TypeformModule],
  controllers: [ErasureController],
  providers: [ErasureService, ErasureRepository, RemoteDeletion],
})
export class PrivacyModule {}
