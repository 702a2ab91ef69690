import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireRole } from '../../access/require-role.decorator';
import { ApiAdminProblems } from '../../rest/api-problems.decorator';
import { SetupView } from './setup.dto';
import { SetupService } from './setup.service';

/** For operators, who may call Typeform; each look makes a few calls. */
@ApiTags('installation')
@ApiBearerAuth()
@ApiAdminProblems()
@RequireRole('operator')
@Controller('v1/setup')
export class SetupController {
  constructor(private readonly setup: SetupService) {}

  @Get()
  @ApiOperation({
    summary: 'The first steps, each checked now',
    description:
      'Token, scopes, region, PUBLIC_URL, form, webhook, test, client. Typeform and PUBLIC_URL are checked at most once in 30 seconds.',
  })
  @ApiOkResponse({ type: SetupView })
  get(): Promise<SetupView> {
    return this.setup.get();
  }
}
