/** Webhook changes by admins. Each change is recorded with its audit entry first and then made at Typeform. */
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
import { isRefusal, WebhookPusher } from './webhook-pusher';
import type { Webhook } from './webhook.entity';
import type { RegisterWebhookBody, UpdateWebhookBody, WebhooksQuery } from './webhooks.dto';
import { WebhooksRepository } from './webhooks.repository';

const SECRET_BYTES = 32;
const HOUR_MS = 3_600_000;

@Injectable()
export class WebhooksService {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly repository: WebhooksRepository,
    private readonly pusher: WebhookPusher,
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
    await this.pushOrUndo(webhook, author, async (manager) => {
      await this.repository.remove(manager, webhook.id);
      await this.record(manager, author, 'webhook.deleted', webhook.id, {
        formId,
        tag: body.tag,
        refusedByTypeform: true,
      });
    });
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
    body = this.callbackUrls.forChange(body);
    const { before, after } = await this.change(id, (webhook) => {
      const { url, enabled, verifySsl, eventTypes } = webhook;
      const asked = {
        url: body.url ?? url,
        enabled: body.enabled ?? enabled,
        verifySsl: body.verifySsl ?? verifySsl,
        eventTypes: body.eventTypes ?? eventTypes,
      };
      const same = JSON.stringify(asked) === JSON.stringify({ url, enabled, verifySsl, eventTypes });
      return same ? null : { change: asked, action: 'webhook.updated', details: asked, author };
    });
    const { url, enabled, verifySsl, eventTypes } = before;
    const restored = { url, enabled, verifySsl, eventTypes };
    await this.pushOrUndo(after, author, async (manager) => {
      await this.repository.update(manager, id, { ...restored, pending: false });
      if (after !== before)
        await this.record(manager, author, 'webhook.updated', id, { ...restored, refusedByTypeform: true });
    });
    return this.get(id);
  }

  /**
   * Gives the webhook a new secret. Both are accepted from now on: the old one until the overlap is over and Typeform has
   * confirmed the new one. Throws `conflict` while an earlier overlap is open.
   */
  async rotateSecret(id: string, overlapHours: number, author: Author): Promise<Webhook> {
    const { before, after } = await this.change(id, (webhook, now) => {
      if (webhook.previousSecretExpiresAt !== null && webhook.previousSecretExpiresAt > now) {
        throw new DomainError(
          'conflict',
          `the secret is being rotated until ${webhook.previousSecretExpiresAt.toISOString()}`,
        );
      }
      if (webhook.pending) throw new DomainError('conflict', 'Typeform has not confirmed an earlier change yet');
      const change = {
        secret: this.sealSecret(id, newSecret()),
        previousSecret: webhook.secret,
        previousSecretExpiresAt: new Date(now.getTime() + overlapHours * HOUR_MS),
      };
      return { change, action: 'webhook.secret_rotated', details: { overlapHours }, author };
    });
    const { secret, previousSecret, previousSecretExpiresAt } = before;
    await this.pushOrUndo(after, author, async (manager) => {
      await this.repository.update(manager, id, { secret, previousSecret, previousSecretExpiresAt, pending: false });
      await this.record(manager, author, 'webhook.secret_rotated', id, { overlapHours, refusedByTypeform: true });
    });
    return this.get(id);
  }

  /** Deletes the webhook at Typeform; its responses stay, and late deliveries are accepted for 24 hours. Idempotent. */
  async remove(id: string, author: Author): Promise<void> {
    const { after } = await this.change(id, (webhook, now) =>
      webhook.removedAt !== null
        ? null
        : {
            change: { removedAt: now, status: 'removed', drift: [] },
            action: 'webhook.deleted',
            details: { formId: webhook.formId, tag: webhook.tag },
            author,
          },
    );
    if (after.pending) await this.pusher.push(after, interactive(author));
  }

  /** Decides on and records a change in one transaction, with its audit entry; `decide` returns null for "nothing to change". */
  private change(
    id: string,
    decide: (webhook: Webhook, now: Date) => Decision | null,
  ): Promise<{ before: Webhook; after: Webhook }> {
    return this.dataSource.transaction(async (manager) => {
      const before = await this.repository.lock(manager, id);
      if (!before) throw unknownWebhook();
      const now = this.clock.now();
      const decision = decide(before, now);
      if (decision === null) return { before, after: before };
      if (before.removedAt !== null) throw new DomainError('conflict', 'this webhook was deleted; register it again');
      const change = { ...decision.change, pending: true, updatedAt: now };
      await this.repository.update(manager, id, change);
      await this.record(manager, decision.author, decision.action, id, decision.details);
      return { before, after: { ...before, ...change } };
    });
  }

  /** Makes the change at Typeform. On a permanent refusal it is undone here too; without an answer it stays pending for the reconciler. */
  private async pushOrUndo(
    webhook: Webhook,
    author: Author,
    undo: (manager: EntityManager) => Promise<void>,
  ): Promise<void> {
    try {
      await this.pusher.push(webhook, interactive(author));
    } catch (error) {
      if (isRefusal(error)) await this.dataSource.transaction(undo);
      throw error;
    }
  }

  /** The existing webhook, if it matches; pushed again unless it is known to be in sync. */
  private async confirm(existing: Webhook, body: RegisterWebhookBody, author: Author): Promise<Webhook> {
    const asked = [body.url ?? existing.url, body.enabled, body.verifySsl, JSON.stringify(body.eventTypes)].join();
    const has = [existing.url, existing.enabled, existing.verifySsl, JSON.stringify(existing.eventTypes)].join();
    if (asked !== has || body.secret !== undefined) {
      throw new DomainError(
        'conflict',
        `webhook ${existing.id} of this form and tag has other settings: change it with PATCH or rotate-secret`,
      );
    }
    if (existing.pending || existing.status !== 'in_sync') await this.pusher.push(existing, interactive(author));
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
      pending: true,
      status: 'missing',
      drift: [],
      observedAt: null,
      problem: null,
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
    action: WebhookAction,
    subject: string,
    details: object,
  ): Promise<void> {
    return this.audit.record(manager, { actor, requestId, action, subject, details });
  }
}

type WebhookAction = 'webhook.registered' | 'webhook.updated' | 'webhook.deleted' | 'webhook.secret_rotated';

interface Decision {
  change: Partial<Webhook>;
  action: WebhookAction;
  details: object;
  author: Author;
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
