import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireRole } from '../access/require-role.decorator';
import { AppConfig } from '../config/app-config';
import { meaningOfNotSet } from '../config/not-set';
import { ApiAdminProblems } from '../rest/api-problems.decorator';
import { ConfigurationView } from './configuration.dto';

/** For admins only: it contains hosts, groups and the lengths of secrets, and only somebody who controls the environment can act on it. */
@ApiTags('installation')
@ApiBearerAuth()
@ApiAdminProblems()
@RequireRole('admin')
@Controller('v1/configuration')
export class ConfigurationController {
  constructor(private readonly config: AppConfig) {}

  @Get()
  @ApiOperation({
    summary: 'Get the configuration in force',
    description: 'Of the process that answers, as the command config reports it: secrets are masked.',
  })
  @ApiOkResponse({ type: ConfigurationView })
  get(): ConfigurationView {
    const { environment, problems, warnings, recommendations, settings, sources } = this.config.report;
    return {
      environment,
      problems,
      warnings,
      recommendations,
      settings: Object.entries(settings).map(([name, value]) => ({
        name,
        value: value === null ? null : String(value),
        source: sources[name] ?? 'unset',
        meaning: value === null ? meaningOfNotSet(name) : null,
      })),
    };
  }
}
