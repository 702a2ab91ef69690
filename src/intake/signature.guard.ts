import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config';
import { VerifiedBody, verifySignature } from '../core/signature';
import type { AppendOutcome } from '../inbox/inbox-writer';
import { WebhookSecretsCache } from '../webhooks/webhook-secrets';
import { SignatureRefused } from './intake-outcome';

/** A webhook request: `verifiedBody` is there once the guard let it pass, `acknowledgedAs` once it was committed. */
export interface WebhookRequest extends FastifyRequest<{ Params: { webhookId?: string }; Body: Buffer | undefined }> {
  verifiedBody?: VerifiedBody;
  acknowledgedAs?: AppendOutcome;
}

/**
 * Lets a request pass when its signature over the bytes as received fits the endpoint's secret: that of the webhook in the path,
 * or the shared one. An unknown webhook has no secret, so nothing can be signed for it.
 */
@Injectable()
export class SignatureGuard implements CanActivate {
  private readonly sharedSecrets: readonly string[];

  constructor(
    config: AppConfig,
    private readonly webhookSecrets: WebhookSecretsCache,
  ) {
    const { secret, previousSecret } = config.intake;
    this.sharedSecrets = previousSecret === null ? [secret] : [secret, previousSecret];
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<WebhookRequest>();
    const { webhookId } = request.params;
    if (webhookId === undefined) return this.verify(request, this.sharedSecrets);
    return this.webhookSecrets.of(webhookId).then((secrets) => this.verify(request, secrets));
  }

  private verify(request: WebhookRequest, secrets: readonly string[]): boolean {
    if (secrets.length === 0) throw new SignatureRefused('unknown_endpoint');
    const check = verifySignature(request.headers['typeform-signature'], request.body ?? Buffer.alloc(0), secrets);
    if (!check.ok) throw new SignatureRefused(`signature_${check.reason}`);
    request.verifiedBody = check.body;
    return true;
  }
}
