import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config';
import { SignatureCheck, VerifiedBody, verifySignature } from '../core/signature';
import type { AppendOutcome } from '../inbox/inbox-queue';
import { proveConnection } from '../rest/connection-room';
import { senderOf } from '../rest/sender-address';
import { WebhookSecretsCache } from '../webhook-management/webhook-secrets';
import { SignatureRefused } from './intake-outcome';
import { WebhookThrottler } from './webhook-throttler';

/** A webhook request: `verifiedBody` is set once the guard let it pass, `acknowledgedAs` once it was committed. */
export interface WebhookRequest extends FastifyRequest<{ Params: { webhookId?: string }; Body: Buffer | undefined }> {
  verifiedBody?: VerifiedBody;
  acknowledgedAs?: AppendOutcome;
  /** Its address is not `known`: only if it is valid it counts towards the limit. */
  isCountedWhenValid?: boolean;
}

/**
 * Lets a request pass when its signature over the bytes as received matches the endpoint's secret: that of the webhook in the path,
 * or the shared one. An unknown webhook has no secret, so no signature is valid for it.
 */
@Injectable()
export class SignatureGuard implements CanActivate {
  private readonly sharedSecrets: readonly string[];

  constructor(
    config: AppConfig,
    private readonly webhookSecrets: WebhookSecretsCache,
    private readonly throttler: WebhookThrottler,
  ) {
    const { secret, previousSecret } = config.intake;
    this.sharedSecrets = previousSecret === null ? [secret] : [secret, previousSecret];
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<WebhookRequest>();
    const { webhookId } = request.params;
    const accepted =
      webhookId === undefined
        ? accept(request, verify(request, this.sharedSecrets))
        : this.verifyOwn(request, webhookId);
    return request.isCountedWhenValid === true ? this.withinLimit(request, accepted) : accepted;
  }

  private async withinLimit(request: WebhookRequest, accepted: boolean | Promise<boolean>): Promise<boolean> {
    await accepted;
    const tooMany = await this.throttler.countValid(senderOf(request));
    if (tooMany) throw tooMany;
    return true;
  }

  /** Checks a webhook's own secrets. If none matches, another replica may have just rotated them. */
  private async verifyOwn(request: WebhookRequest, webhookId: string): Promise<boolean> {
    const secrets = await this.webhookSecrets.of(webhookId);
    if (secrets.length === 0) throw new SignatureRefused('unknown_endpoint');
    const check = verify(request, secrets);
    if (check.ok || check.reason !== 'mismatch') return accept(request, check);
    return accept(request, verify(request, await this.webhookSecrets.askedAnew(webhookId)));
  }
}

function verify(request: WebhookRequest, secrets: readonly string[]): SignatureCheck {
  return verifySignature(request.headers['typeform-signature'], request.body ?? Buffer.alloc(0), secrets);
}

function accept(request: WebhookRequest, check: SignatureCheck): boolean {
  if (!check.ok) throw new SignatureRefused(`signature_${check.reason}`);
  request.verifiedBody = check.body;
  proveConnection(request.raw.socket);
  return true;
}
