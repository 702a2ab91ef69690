import { Controller, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../access/require-role.decorator';
import { ApiProblems } from '../rest/api-problems.decorator';
import type { AppendOutcome } from '../inbox/inbox-queue';
import { IntakeService } from './intake.service';
import { SignatureGuard, WebhookRequest } from './signature.guard';

/** The answer to a committed event; Typeform only checks for the status 200. */
class IntakeAnswerView {
  @ApiProperty({ enum: ['accepted', 'duplicate', 'quarantined'] })
  status: AppendOutcome;

  @ApiProperty({ example: '01J9Z3T7Q6A0F4V5K8M2N1P7RS' })
  eventId: string;
}

/** The endpoints Typeform calls. */
@ApiTags('webhooks')
@ApiConsumes('application/json')
@ApiHeader({
  name: 'Typeform-Signature',
  required: true,
  description: 'sha256= followed by the base64 of HMAC-SHA256(secret, body)',
})
@ApiProblems(
  'invalid_event',
  'invalid_signature',
  'method_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
  'rate_limited',
  'database_unavailable',
  'intake_overloaded',
  'shutting_down',
)
@Public()
@UseGuards(SignatureGuard)
@Controller('webhooks/typeform')
export class IntakeController {
  constructor(private readonly intake: IntakeService) {}

  @Post()
  @ApiBody({ schema: { type: 'object', additionalProperties: true }, description: "Typeform's event" })
  @ApiOperation({ operationId: 'receiveEvent', summary: 'Receive an event, signed with TYPEFORM_WEBHOOK_SECRET' })
  @ApiOkResponse({ type: IntakeAnswerView, description: 'committed' })
  @HttpCode(200)
  acceptShared(@Req() request: WebhookRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.accept(request, reply, null);
  }

  @Post(':webhookId')
  @ApiBody({ schema: { type: 'object', additionalProperties: true }, description: "Typeform's event" })
  @ApiOperation({
    operationId: 'receiveWebhookEvent',
    summary: 'Receive an event, signed with the secret of this webhook',
  })
  @ApiParam({ name: 'webhookId' })
  @ApiOkResponse({ type: IntakeAnswerView, description: 'committed' })
  @HttpCode(200)
  acceptOwn(@Req() request: WebhookRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.accept(request, reply, request.params.webhookId ?? null);
  }

  /** Sends the answer directly instead of returning it to Nest. */
  private async accept(request: WebhookRequest, reply: FastifyReply, webhookId: string | null): Promise<void> {
    if (!request.verifiedBody) throw new Error('the signature guard is missing on this route');
    const { eventId, committed } = this.intake.take(request.verifiedBody, webhookId);
    const status = await committed;
    request.acknowledgedAs = status;
    void reply.send({ status, eventId } satisfies IntakeAnswerView);
  }
}
