import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../config/app-config';
import { HttpTypeformApi } from './http-typeform-api';
import { TypeformCall } from './pace/typeform-call.entity';
import { TypeformCallsRepository } from './pace/typeform-calls.repository';
import { TypeformPaceState } from './pace/typeform-pace.entity';
import { TypeformPace } from './pace/typeform-pace';
import { TypeformPaceRepository } from './pace/typeform-pace.repository';
import { typeformAccount, TypeformAccount } from './typeform-account';
import { TypeformApi } from './typeform-api';
import { TypeformCaller } from './typeform-caller';
import { TypeformKeyCheck } from './typeform-key-check';
import { TYPEFORM_METRIC_PROVIDERS, TypeformMetrics } from './typeform-metrics';

/** Typeform's API: the client, its pace over all replicas, and the record of its calls. */
@Module({
  imports: [TypeOrmModule.forFeature([TypeformPaceState, TypeformCall])],
  providers: [
    { provide: TypeformAccount, useFactory: typeformAccount, inject: [AppConfig] },
    { provide: TypeformApi, useClass: HttpTypeformApi },
    TypeformCaller,
    TypeformPace,
    TypeformPaceRepository,
    TypeformCallsRepository,
    TypeformKeyCheck,
    TypeformMetrics,
    ...TYPEFORM_METRIC_PROVIDERS,
  ],
  exports: [TypeformApi, TypeformAccount, TypeformCallsRepository, TypeformKeyCheck],
})
export class TypeformModule {}
