import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireRole } from '../access/require-role.decorator';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { OverviewQuery, OverviewView } from './overview.dto';
import { OverviewService } from './overview.service';

@ApiTags('overview')
@ApiBearerAuth()
@ApiAdminProblems()
@RequireRole('viewer')
@Controller('v1/overview')
export class OverviewController {
  constructor(private readonly overview: OverviewService) {}

  @Get()
  @ApiOperation({ summary: 'Get an overview of the state of the service' })
  @ApiOkResponse({ type: OverviewView })
  @ApiProblems('validation_failed')
  get(@Query() query: OverviewQuery): Promise<OverviewView> {
    return this.overview.get(query.window);
  }
}
