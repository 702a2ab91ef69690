import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireRole } from '../access/require-role.decorator';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { OverviewSeriesQuery, OverviewSeriesView } from './overview-series.dto';
import { OverviewSeriesService } from './overview-series.service';
import { OverviewQuery, OverviewView } from './overview.dto';
import { OverviewService } from './overview.service';

@ApiTags('overview')
@ApiBearerAuth()
@ApiAdminProblems()
@RequireRole('viewer')
@Controller('v1/overview')
export class OverviewController {
  constructor(
    private readonly overview: OverviewService,
    private readonly series: OverviewSeriesService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Get an overview of the state of the service' })
  @ApiOkResponse({ type: OverviewView })
  @ApiProblems('validation_failed')
  get(@Query() query: OverviewQuery): Promise<OverviewView> {
    return this.overview.get(query.window);
  }

  @Get('series')
  @ApiOperation({
    operationId: 'getOverviewSeries',
    summary: 'What came in over time, and when Typeform had webhooks disabled',
  })
  @ApiOkResponse({ type: OverviewSeriesView })
  @ApiProblems('validation_failed')
  getSeries(@Query() { window, buckets }: OverviewSeriesQuery): Promise<OverviewSeriesView> {
    return this.series.get(window, buckets);
  }
}
