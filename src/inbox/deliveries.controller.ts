import { Body, Controller, Get, Header, HttpCode, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { ChangeAuthor } from '../access/change-author.decorator';
import { RequireRole } from '../access/require-role.decorator';
import type { Author } from '../audit/audit-log';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { DeliveriesQuery, DeliveryPage, DeliveryView, ReplayFilter, ReplayResult } from './deliveries.dto';
import { DeliveriesService } from './deliveries.service';

@ApiTags('deliveries')
@ApiBearerAuth()
@ApiAdminProblems()
@Controller('v1/deliveries')
export class DeliveriesController {
  constructor(private readonly deliveries: DeliveriesService) {}

  @Get()
  @RequireRole('viewer')
  @ApiOperation({ summary: 'List the inbox, the newest first' })
  @ApiOkResponse({ type: DeliveryPage })
  @ApiProblems('validation_failed')
  list(@Query() query: DeliveriesQuery): Promise<DeliveryPage> {
    return this.deliveries.list(query);
  }

  @Post('replay')
  @HttpCode(200)
  @RequireRole('operator')
  @ApiOperation({ summary: 'Process again everything that matches' })
  @ApiOkResponse({ type: ReplayResult })
  @ApiProblems('bad_request', 'validation_failed')
  replayMatching(@Body() filter: ReplayFilter, @ChangeAuthor() by: Author): Promise<ReplayResult> {
    return this.deliveries.replayMatching(filter, by);
  }

  @Get(':eventId')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Get one delivery' })
  @ApiOkResponse({ type: DeliveryView })
  @ApiProblems('not_found')
  get(@Param('eventId') eventId: string): Promise<DeliveryView> {
    return this.deliveries.get(eventId);
  }

  @Get(':eventId/payload')
  @RequireRole('operator')
  @Header('content-disposition', 'attachment; filename="payload.json"')
  @ApiOperation({ summary: 'Get the body of a delivery, byte for byte as received' })
  @ApiProduces('application/json')
  @ApiOkResponse({ content: { 'application/json': { schema: { type: 'object' } } } })
  @ApiProblems('not_found')
  async payload(@Param('eventId') eventId: string): Promise<StreamableFile> {
    return new StreamableFile(await this.deliveries.payload(eventId), { type: 'application/json' });
  }

  @Post(':eventId/replay')
  @HttpCode(200)
  @RequireRole('operator')
  @ApiOperation({ summary: 'Process one delivery again' })
  @ApiOkResponse({ type: ReplayResult })
  @ApiProblems('not_found', 'conflict')
  replay(@Param('eventId') eventId: string, @ChangeAuthor() by: Author): Promise<ReplayResult> {
    return this.deliveries.replay(eventId, by);
  }
}
