import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { JobsModule } from '../jobs/jobs.module';
import { TypeformModule } from '../typeform/typeform.module';
import { ClientAlias } from './who-is-it/client-alias.entity';
import { Client } from './client.entity';
import { ClientAssigner } from './who-is-it/client-assigner';
import { ClientDecisions } from './who-is-it/client-decisions';
import { ClientDecisionsRepository } from './who-is-it/client-decisions.repository';
import { ClientsController } from './search-and-export/clients.controller';
import { ClientsQueryRepository } from './search-and-export/clients-query.repository';
import { ClientsRepository } from './who-is-it/clients.repository';
import { ClientsService } from './search-and-export/clients.service';
import { FormResponse } from './form-response.entity';
import { FormDefinitions } from './forms/form-definitions';
import { FormDefinitionsRepository } from './forms/form-definitions.repository';
import { FormMapping } from './forms/form-mapping';
import { FormPlans } from './forms/form-plans';
import { FormsController } from './forms/forms.controller';
import { TypeformForms } from './forms/typeform-forms';
import { TypeformFormsController } from './forms/typeform-forms.controller';
import { FormsRepository } from './forms/forms.repository';
import { FormsService } from './forms/forms.service';
import { MappingPreviewer } from './forms/mapping-preview';
import { NeighbourhoodRepository } from './who-is-it/neighbourhood.repository';
import { OnboardingForm } from './onboarding-form.entity';
import { OnboardingService } from './onboarding.service';
import { ReprocessRepository } from './forms/reprocess.repository';
import { Reprocessing } from './forms/reprocessing';
import { ResponseSettler } from './who-is-it/response-settler';
import { ResponseExport } from './search-and-export/response-export';
import { ResponsesController } from './search-and-export/responses.controller';
import { ResponsesQueryRepository } from './search-and-export/responses-query.repository';
import { ResponsesRepository } from './responses.repository';
import { SearchTextsRepository } from './who-is-it/search-texts.repository';

/** Forms, responses and clients: written by the inbox's worker, read by admins. */
@Module({
  imports: [
    TypeOrmModule.forFeature([OnboardingForm, FormResponse, Client, ClientAlias]),
    AuditModule,
    JobsModule,
    TypeformModule,
  ],
  controllers: [FormsController, TypeformFormsController, ResponsesController, ClientsController],
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
    TypeformForms,
    ResponsesQueryRepository,
    ResponseExport,
    ResponseSettler,
  ],
  exports: [OnboardingService, FormDefinitions, FormDefinitionsRepository, ClientAssigner, ResponsesRepository],
})
export class OnboardingModule {}
