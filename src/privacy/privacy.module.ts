import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { TypeformModule } from '../typeform/typeform.module';
import { ErasedResponse } from './erased-response.entity';
import { ErasureController } from './erasure.controller';
import { ErasureRepository } from './erasure.repository';
import { ErasureService } from './erasure.service';
import { RemoteDeletion } from './remote-deletion';

/** Erasure of a client: here, for good, and on request at Typeform. */
@Module({
  imports: [TypeOrmModule.forFeature([ErasedResponse]), AuditModule, TypeformModule],
  controllers: [ErasureController],
  providers: [ErasureService, ErasureRepository, RemoteDeletion],
})
export class PrivacyModule {}
