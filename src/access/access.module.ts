import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { ACCESS_METRIC_PROVIDERS, AccessMetrics } from './access-metrics';
import { AccessGate } from './access.gate';
import { AccessGuard } from './access.guard';
import { AdminThrottlerGuard } from './admin-throttler.guard';
import { ApiKey } from './api-key.entity';
import { ApiKeysController } from './api-keys.controller';
import { ApiKeysRepository } from './api-keys.repository';
import { ApiKeysService } from './api-keys.service';
import { AuditController } from './audit.controller';

/** API keys, roles and the routes of the audit log. The guard is global, so a route that forgets to name its role is refused. */
@Module({
  imports: [TypeOrmModule.forFeature([ApiKey]), AuditModule],
  controllers: [ApiKeysController, AuditController],
  providers: [
    ApiKeysService,
    ApiKeysRepository,
    AccessMetrics,
    ...ACCESS_METRIC_PROVIDERS,
    AdminThrottlerGuard,
    AccessGate,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
})
export class AccessModule {}
