/** Sends a signed test event to a webhook's own endpoint through PUBLIC_URL, as Typeform would. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, Author } from '../audit/audit-log';
import { AppConfig } from '../config/app-config';
import { DomainError } from '../core/problem';
import { open } from '../core/secret-box';
import { sign } from '../core/signature';
import { Clock } from '../database/clock';
import { DeliveriesRepository } from '../inbox/deliveries.repository';
import { PublicUrl } from '../rest/public-url';
import { CallbackUrls } from './callback-urls';
import { deliveryObstacle } from './delivery-obstacle';
import type { WebhookTestResult } from './webhooks.dto';
import { WebhooksService } from './webhooks.service';

const TIMEOUT_MS = 10_000;

@Injectable()
export class WebhookTester {
  constructor(
    private readonly config: AppConfig,
    private readonly webhooks: WebhooksService,
    private readonly deliveries: DeliveriesRepository,
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly publicUrl: PublicUrl,
    private readonly callbackUrls: CallbackUrls,
    private readonly clock: Clock,
  ) {}

  /**
   * The event has a special type, so it is stored and then ignored: it creates no client. Throws `not_found`, and `conflict` when
   * the url of the webhook is not below PUBLIC_URL.
   */
  async test(id: string, author: Author): Promise<WebhookTestResult> {
    const webhook = await this.webhooks.get(id);
    if (!webhook.url.startsWith(new URL(`${this.publicUrl.value}/`).href)) {
      throw new DomainError(
        'conflict',
        `the url of this webhook is not below ${this.publicUrl.value}: test it at its own destination`,
      );
    }
    const eventId = `test-${randomUUID()}`;
    const body = Buffer.from(
      `${JSON.stringify({
        event_id: eventId,
        event_type: 'webhook_test',
        form_response: { form_id: webhook.formId, token: eventId, submitted_at: this.clock.now().toISOString() },
      })}\n`,
    );
    const started = performance.now();
    const { status, problem: failure } = await this.send(
      webhook.url,
      body,
      open(this.config.encryptionKeys, webhook.secret, id),
    );
    const latencyMs = Math.round(performance.now() - started);
    const problem = failure ?? deliveryObstacle(webhook, this.callbackUrls.problemOfDefault());
    const result = { status, latencyMs, stored: await this.deliveries.isStored(eventId), problem };
    await this.dataSource.transaction((manager) =>
      this.audit.record(manager, { ...author, action: 'webhook.tested', subject: id, details: result }),
    );
    return result;
  }

  private async send(
    url: string,
    body: Buffer,
    secret: string,
  ): Promise<{ status: number | null; problem: string | null }> {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { 'content-type': 'application/json', 'typeform-signature': sign(secret, body) },
        body: new Uint8Array(body),
      });
      await answer.body?.cancel();
      const problem =
        answer.status === 200
          ? null
          : `answered ${answer.status}: check the proxies between PUBLIC_URL and this service`;
      return { status: answer.status, problem };
    } catch (error) {
      const why = error instanceof Error && error.name === 'TimeoutError' ? 'timed out' : 'could not be reached';
      return { status: null, problem: `${url} ${why}: check DNS, certificate and load balancer of PUBLIC_URL` };
    }
  }
}
