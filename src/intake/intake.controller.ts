import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { Public } from '../access/require-role.decorator';
import { IntakeAnswer, IntakeService } from './intake.service';
import { SignatureGuard, WebhookRequest } from './signature.guard';
import { WebhookThrottlerGuard } from './webhook-throttler.guard';

/** The endpoints Typeform calls. */
@Public()
@UseGuards(WebhookThrottlerGuard, SignatureGuard)
@Controller('webhooks/typeform')
export class IntakeController {
  constructor(private readonly intake: IntakeService) {}

  @Post()
  @HttpCode(200)
  acceptShared(@Req() request: WebhookRequest): Promise<IntakeAnswer> {
    return this.accept(request, null);
  }

  @Post(':webhookId')
  @HttpCode(200)
  acceptOwn(@Req() request: WebhookRequest): Promise<IntakeAnswer> {
    return this.accept(request, request.params.webhookId ?? null);
  }

  private async accept(request: WebhookRequest, webhookId: string | null): Promise<IntakeAnswer> {
    if (!request.verifiedBody) throw new Error('the signature guard is missing on this route');
    const answer = await this.intake.accept(request.verifiedBody, webhookId);
    request.acknowledgedAs = answer.status;
    return answer;
  }
}
