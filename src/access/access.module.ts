import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { ACCESS_METRIC_PROVIDERS, AccessMetrics } from './access-metrics';
import { AccessGate } from './access.gate';
import { AccessGuard } from './access.guard';
import { AccessService } from './access.service';
import { AdminThrottlerGuard } from './admin-throttler.guard';
import { ApiKey } from './api-key.entity';
import { ApiKeysController } from './api-keys.controller';
import { ApiKeysRepository } from './api-keys.repository';
import { ApiKeysService } from './api-keys.service';
import { AuditController } from './audit.controller';
import { SessionController } from './sessions/session.controller';
import { SessionCookie } from './sessions/session-cookie';
import { Session } from './sessions/session.entity';
import { SessionsRepository } from './sessions/sessions.repository';
import { SessionsService } from './sessions/sessions.service';
import { SignIn } from './sessions/sign-in';
import { IdentityProvider } from './single-sign-on/identity-provider';
import { SingleSignOn } from './single-sign-on/single-sign-on';
import { SingleSignOnController } from './single-sign-on/single-sign-on.controller';
import { SingleSignOnStateController } from './single-sign-on/single-sign-on-state.controller';

/** API keys, roles, sessions of the console, and the routes of the audit log. The guard is global, so a route that forgets to name its role is refused. */
@Module({
  imports: [TypeOrmModule.forFeature([ApiKey, Session]), AuditModule],
  controllers: [
    ApiKeysController,
    SessionController,
    SingleSignOnController,
    SingleSignOnStateController,
    AuditController,
  ],
  providers: [
    ApiKeysService,
    ApiKeysRepository,
    SessionsService,
    SessionsRepository,
    SessionCookie,
    SignIn,
    IdentityProvider,
    SingleSignOn,
    AccessMetrics,
    ...ACCESS_METRIC_PROVIDERS,
    AdminThrottlerGuard,
    AccessGate,
    AccessService,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [AccessService],
})
export class AccessModule {}
