import { Controller, Get, Headers, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type AuthenticatedRequest, principalOf } from '../access/principal';
import { RequireRole } from '../access/require-role.decorator';
import { CHANGE_KINDS } from '../core/change-message';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { ChangeStreams } from './change-streams';

const DESCRIPTION = `Server-sent events with the data \`{"kind", "ids"}\`; kinds: ${CHANGE_KINDS.join(', ')}. Without ids, any of the kind may have changed. The id of a response is \`<formId>/<token>\`.
The kind \`missed\` says that events may have been lost, such as after a reconnect with \`Last-Event-ID\`: read everything again that you show.
It ends with the session or key and when the process shuts down, and for a reader that does not keep up.`;

@ApiTags('stream')
@ApiBearerAuth()
@ApiAdminProblems()
@RequireRole('viewer')
@Controller('v1/stream')
export class StreamController {
  constructor(private readonly streams: ChangeStreams) {}

  @Get()
  @ApiOperation({ operationId: 'streamChanges', summary: 'What changes, as it happens', description: DESCRIPTION })
  @ApiOkResponse({
    content: {
      'text/event-stream': {
        schema: { type: 'string', example: 'data: {"kind":"deliveries","ids":["01J9Z3T7Q6A0F4"]}' },
      },
    },
  })
  @ApiProblems('shutting_down')
  stream(
    @Req() request: AuthenticatedRequest,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): void {
    const stream = this.streams.open(principalOf(request), lastEventId);
    void reply
      .headers({
        'content-type': 'text/event-stream; charset=utf-8',
        // nginx would gather it.
        'x-accel-buffering': 'no',
      })
      .send(stream);
  }
}
