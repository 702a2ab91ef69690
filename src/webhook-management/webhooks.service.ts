/** What admins ask about webhooks: checked, then stored and made at Typeform by WebhookChanges. */
import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, EntityManager } from 'typeorm';
import { AuditLog, Author } from '../audit/audit-log';
import { AppConfig } from '../config/app-config';
import { parseFormReference } from '../core/form-reference';
import { DomainError } from '../core/problem';
import { seal } from '../core/secret-box';
import { Clock } from '../database/clock';
import { FormDefinitions } from '../onboarding/forms/form-definitions';
import { Page, toPage } from '../rest/page';
import { PublicUrl } from '../rest/public-url';
import { CallOptions, TypeformApi } from '../typeform/typeform-api';
import { refuseUnknownForm } from '../typeform/unknown-form';
import { endpointUrl } from './callback-url';
import { CallbackUrls } from './callback-urls';
import { WebhookChanges } from './webhook-changes';
import { WebhookSecretsCache } from './webhook-secrets';
import { haveSameSettings } from './webhook-state';
import type { Webhook } from './webhook.entity';
import type { RegisterWebhookBody, UpdateWebhookBody, WebhooksQuery } from './webhooks.dto';
import { WebhooksRepository } from './webhooks.repository';

const SECRET_BYTES = 32;

@Injectable()
export class WebhooksService {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly repository: WebhooksRepository,
    private readonly changes: WebhookChanges,
    private readonly secrets: WebhookSecretsCache,
    private readonly api: TypeformApi,
    private readonly forms: FormDefinitions,
    private readonly audit: AuditLog,
    private readonly publicUrl: PublicUrl,
    private readonly callbackUrls: CallbackUrls,
    private readonly clock: Clock,
  ) {}

  /**
   * Registers a webhook; for a form and tag that already has one, checks that it matches and returns it. From the moment the row
   * is committed its endpoint accepts deliveries, so there is no gap after Typeform has the secret. Throws `validation_failed`,
   * `conflict` when the existing one has other settings, and Typeform's errors.
   */
  async register(body: RegisterWebhookBody, author: Author): Promise<{ webhook: Webhook; created: boolean }> {
    const formId = parseFormReference(body.form);
    body = this.callbackUrls.forRegistration(body);
    const existing = await this.repository.findActive(formId, body.tag);
    if (existing) return { webhook: await this.confirm(existing, body, author), created: false };

    const form = await this.api.getForm(formId, interactive(author)).catch(refuseUnknownForm('form'));
    const webhook = this.newWebhook(formId, form.title, body);
    const inserted = await this.dataSource.transaction(async (manager) => {
      if (!(await this.repository.insert(manager, webhook))) return false;
      await this.forms.store(manager, formId, form);
      const { id, tag, url, enabled, verifySsl, eventTypes } = webhook;
      await this.record(manager, author, 'webhook.registered', id, {
        formId,
        tag,
        url,
        enabled,
        verifySsl,
        eventTypes,
      });
      return true;
    });
    if (!inserted) return this.register(body, author);
    await this.changes.register(webhook, author);
    return { webhook: await this.get(webhook.id), created: true };
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<Webhook> {
    const webhook = await this.repository.find(id);
    if (!webhook) throw unknownWebhook();
    return webhook;
  }

  /** Newest first. */
  async list(query: WebhooksQuery): Promise<Page<Webhook>> {
    const rows = await this.repository.list(query);
    return toPage(
      rows,
      query.limit,
      (row) => [row.createdAt, row.id],
      (row) => row,
    );
  }

  /** Changes the given settings. A call that changes nothing leaves no trace, but still brings Typeform in sync. */
  async update(id: string, body: UpdateWebhookBody, author: Author): Promise<Webhook> {
    const { url, enabled, verifySsl, eventTypes } = this.callbackUrls.forChange(body);
    const asked = Object.entries({ url, enabled, verifySsl, eventTypes }).filter(([, value]) => value !== undefined);
    await this.changes.update(id, Object.fromEntries(asked), author);
    return this.get(id);
  }

  /** Gives the webhook a new secret; see {@link WebhookChanges.rotateSecret}. Once it resolves, this process no longer accepts the old one, unless there is an overlap. */
  async rotateSecret(id: string, overlapHours: number, author: Author): Promise<Webhook> {
    await this.changes.rotateSecret(id, this.sealSecret(id, newSecret()), overlapHours, author);
    // Other processes are told by a notification, which may arrive after this answer, or not at all.
    await this.secrets.reload();
    return this.get(id);
  }

  /** Deletes the webhook at Typeform; its responses stay, and late deliveries are accepted for 24 hours. Idempotent. */
  remove(id: string, author: Author): Promise<void> {
    return this.changes.remove(id, author);
  }

  /** The existing webhook, if it matches; pushed again unless it is known to be in sync. */
  private async confirm(existing: Webhook, body: RegisterWebhookBody, author: Author): Promise<Webhook> {
    const { url = existing.url, enabled, verifySsl, eventTypes } = body;
    const matches = haveSameSettings({ url, enabled, verifySsl, eventTypes }, existing);
    if (!matches || body.secret !== undefined) {
      throw new DomainError(
        'conflict',
        `webhook ${existing.id} of this form and tag has other settings: change it with PATCH or rotate-secret`,
      );
    }
    const confirmed = existing.pushedRevision === existing.revision && !existing.pending;
    if (!confirmed || existing.status !== 'in_sync') await this.changes.repush(existing, author);
    return this.get(existing.id);
  }

  private newWebhook(formId: string, formTitle: string, body: RegisterWebhookBody): Webhook {
    const id = randomUUID();
    const now = this.clock.now();
    return {
      id,
      formId,
      formTitle,
      tag: body.tag,
      url: body.url ?? endpointUrl(this.publicUrl.value, id),
      enabled: body.enabled,
      verifySsl: body.verifySsl,
      eventTypes: body.eventTypes,
      secret: this.sealSecret(id, body.secret ?? newSecret()),
      previousSecret: null,
      previousSecretExpiresAt: null,
      removedAt: null,
      revision: 1,
      pushedRevision: 0,
      refusedRevision: null,
      pending: true,
      status: 'missing',
      drift: [],
      observedAt: null,
      problem: null,
      repairHistory: {},
      repairs: 0,
      nextRepairAt: null,
      createdAt: now,
      updatedAt: now,
    };
  }

  private sealSecret(id: string, secret: string): string {
    return seal(this.config.encryptionKeys, secret, id);
  }

  private record(
    manager: EntityManager,
    { actor, requestId }: Author,
    action: 'webhook.registered',
    subject: string,
    details: object,
  ): Promise<void> {
    return this.audit.record(manager, { actor, requestId, action, subject, details });
  }
}

/** Calls that a person waits for. */
function interactive({ requestId }: Author): CallOptions {
  return { priority: 'interactive', requestId };
}

/** 256 random bits. */
function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

function unknownWebhook(): DomainError {
  return new DomainError('not_found', 'there is no such webhook');
}
