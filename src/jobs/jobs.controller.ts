import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireRole } from '../access/require-role.decorator';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { uuidParam } from '../rest/uuid-param';
import { JobPage, JobsQuery, JobView } from './jobs.dto';
import { JobsService } from './jobs.service';

@ApiTags('jobs')
@ApiBearerAuth()
@ApiAdminProblems()
@RequireRole('viewer')
@Controller('v1/jobs')
export class JobsController {
  constructor(private readonly jobs: JobsService) {}

  @Get()
  @ApiOperation({ summary: 'List jobs, newest first; finished ones are kept for 90 days' })
  @ApiOkResponse({ type: JobPage })
  @ApiProblems('validation_failed')
  list(@Query() query: JobsQuery): Promise<JobPage> {
    return this.jobs.list(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Get one job and its progress' })
  @ApiOkResponse({ type: JobView })
  @ApiProblems('not_found')
  get(@Param('id', uuidParam('job')) id: string): Promise<JobView> {
    return this.jobs.get(id);
  }
}
