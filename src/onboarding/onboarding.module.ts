import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { ClientAlias } from './client-alias.entity';
import { Client } from './client.entity';
import { ClientAssigner } from './client-assigner';
import { ClientDecisions } from './client-decisions';
import { ClientDecisionsRepository } from './client-decisions.repository';
import { ClientsController } from './clients.controller';
import { ClientsQueryRepository } from './clients-query.repository';
import { ClientsRepository } from './clients.repository';
import { ClientsService } from './clients.service';
import { FormResponse } from './form-response.entity';
import { FormsController } from './forms.controller';
import { FormsRepository } from './forms.repository';
import { FormsService } from './forms.service';
import { MappingRepository } from './mapping.repository';
import { NeighbourhoodRepository } from './neighbourhood.repository';
import { OnboardingForm } from './onboarding-form.entity';
import { OnboardingService } from './onboarding.service';
import { ResponseSettler } from './response-settler';
import { ResponseExport } from './response-export';
import { ResponsesController } from './responses.controller';
import { ResponsesQueryRepository } from './responses-query.repository';
import { ResponsesRepository } from './responses.repository';

/** Forms, responses and clients: written by the inbox's worker, read by admins. */
@Module({
  imports: [TypeOrmModule.forFeature([OnboardingForm, FormResponse, Client, ClientAlias]), AuditModule],
  controllers: [FormsController, ResponsesController, ClientsController],
  providers: [
    OnboardingService,
    ClientAssigner,
    ClientDecisions,
    ClientDecisionsRepository,
    NeighbourhoodRepository,
    ClientsQueryRepository,
    ClientsRepository,
    FormsRepository,
    MappingRepository,
    ResponsesRepository,
    ClientsService,
    FormsService,
    ResponsesQueryRepository,
    ResponseExport,
    ResponseSettler,
  ],
  exports: [OnboardingService, MappingRepository, ClientAssigner, ResponsesRepository],
})
export class OnboardingModule {}
