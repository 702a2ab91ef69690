import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  Query,
  Res,
  StreamableFile,
} from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ChangeAuthor } from '../access/change-author.decorator';
import { RequireRole } from '../access/require-role.decorator';
import type { Author } from '../audit/audit-log';
import { JobReference } from '../jobs/jobs.dto';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { DeliveriesQuery, DeliveryDetail, DeliveryPage, ReplayBody, ReplayResult } from './deliveries.dto';
import { DeliveriesService } from './deliveries.service';

@ApiTags('deliveries')
@ApiBearerAuth()
@ApiAdminProblems()
@Controller('v1/deliveries')
export class DeliveriesController {
  constructor(private readonly deliveries: DeliveriesService) {}

  @Get()
  @RequireRole('viewer')
  @ApiOperation({ summary: 'List the inbox, newest first' })
  @ApiOkResponse({ type: DeliveryPage })
  @ApiProblems('validation_failed')
  list(@Query() query: DeliveriesQuery): Promise<DeliveryPage> {
    return this.deliveries.list(query);
  }

  @Post('replay')
  @HttpCode(200)
  @RequireRole('operator')
  @ApiOperation({ operationId: 'replayDeliveries', summary: 'Process every matching delivery again' })
  @ApiOkResponse({ type: ReplayResult })
  @ApiAcceptedResponse({ type: JobReference, description: 'queued as a job: requested, or more than 10,000 events' })
  @ApiProblems('bad_request', 'validation_failed')
  async replayMatching(
    @Body() body: ReplayBody,
    @ChangeAuthor() by: Author,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplayResult | JobReference> {
    const result = await this.deliveries.replayMatching(body, by);
    void reply.status('jobId' in result ? HttpStatus.ACCEPTED : HttpStatus.OK);
    return result;
  }

  @Get(':eventId')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Get one delivery' })
  @ApiOkResponse({ type: DeliveryDetail })
  @ApiProblems('not_found')
  get(@Param('eventId') eventId: string): Promise<DeliveryDetail> {
    return this.deliveries.get(eventId);
  }

  @Get(':eventId/payload')
  @RequireRole('operator')
  @Header('content-disposition', 'attachment; filename="payload.json"')
  @ApiOperation({ operationId: 'getDeliveryPayload', summary: 'Get the body of a delivery, byte for byte as received' })
  @ApiProduces('application/json')
  @ApiOkResponse({ content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } } })
  @ApiProblems('not_found')
  async payload(@Param('eventId') eventId: string, @ChangeAuthor() by: Author): Promise<StreamableFile> {
    return new StreamableFile(await this.deliveries.payload(eventId, by), { type: 'application/json' });
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
