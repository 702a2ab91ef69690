import { Module } from '@nestjs/common';
import { GateSampler } from './gate-sampler';
import { GatesController } from './gates.controller';

/** Gate webhooks for rollout controllers. Only part of the service when there is a MANAGEMENT_PORT to serve them on. */
@Module({ controllers: [GatesController], providers: [GateSampler] })
export class GatesModule {}
