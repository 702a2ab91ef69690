import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditLog } from '../../audit/audit-log';
import { AppConfig } from '../../config/app-config';
import { ApiAdminProblems } from '../../rest/api-problems.decorator';
import { RequireRole } from '../require-role.decorator';
import { IdentityProvider } from './identity-provider';
import { SingleSignOnStateView } from './single-sign-on-state.dto';

/** For admins only, like the configuration that it is part of. */
@ApiTags('session')
@ApiBearerAuth()
@ApiAdminProblems()
@RequireRole('admin')
@Controller('v1/single-sign-on')
export class SingleSignOnStateController {
  constructor(
    private readonly config: AppConfig,
    private readonly provider: IdentityProvider,
    private readonly audit: AuditLog,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'getSingleSignOn', summary: 'How single sign-on is set up, and whether it works now' })
  @ApiOkResponse({ type: SingleSignOnStateView })
  async get(): Promise<SingleSignOnStateView> {
    const [settings, lastSignInAt] = await Promise.all([
      this.settings(),
      this.audit.lastAt('session.started', { via: 'oidc' }),
    ]);
    return { settings, lastSignInAt };
  }

  private async settings(): Promise<SingleSignOnStateView['settings']> {
    if (this.config.oidc === null) return null;
    const { issuer, clientId, rolesClaim, roles } = this.config.oidc;
    const problem = await this.provider.problem();
    const provider = { answers: problem === null, problem };
    return { issuer, clientId, redirectUri: this.provider.redirectUri, rolesClaim, roles, provider };
  }
}
