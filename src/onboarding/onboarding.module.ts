import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { JobsModule } from '../jobs/jobs.module';
import { TypeformModule } from '../typeform/typeform.module';
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
import { FormDefinitions } from './form-definitions';
import { FormDefinitionsRepository } from './form-definitions.repository';
import { FormMapping } from './form-mapping';
import { FormPlans } from './form-plans';
import { FormsController } from './forms.controller';
import { FormsRepository } from './forms.repository';
import { FormsService } from './forms.service';
import { MappingPreviewer } from './mapping-preview';
import { NeighbourhoodRepository } from './neighbourhood.repository';
import { OnboardingForm } from './onboarding-form.entity';
import { OnboardingService } from './onboarding.service';
import { ReprocessRepository } from './reprocess.repository';
import { Reprocessing } from './reprocessing';
import { ResponseSettler } from './response-settler';
import { ResponseExport } from './response-export';
import { ResponsesController } from './responses.controller';
import { ResponsesQueryRepository } from './responses-query.repository';
import { ResponsesRepository } from './responses.repository';
import { SearchTextsRepository } from './search-texts.repository';

/** Forms, responses and clients: written by the inbox's worker, read by admins. */
@Module({
  imports: [
    TypeOrmModule.forFeature([OnboardingForm, FormResponse, Client, ClientAlias]),
    AuditModule,
    JobsModule,
    TypeformModule,
  ],
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
    FormDefinitions,
    FormDefinitionsRepository,
    FormMapping,
    FormPlans,
    MappingPreviewer,
    Reprocessing,
    ReprocessRepository,
    ResponsesRepository,
    SearchTextsRepository,
    ClientsService,
    FormsService,
    ResponsesQueryRepository,
    ResponseExport,
    ResponseSettler,
  ],
  exports: [OnboardingService, FormDefinitions, FormDefinitionsRepository, ClientAssigner, ResponsesRepository],
})
export class OnboardingModule {}
