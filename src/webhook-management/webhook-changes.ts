/**
 * Changes of what a webhook should be, and what Typeform says to them. Each is stored first, with its audit entry; the pusher then makes
 * it at Typeform. One that Typeform refuses is taken back, unless somebody has changed the webhook since.
 */
import { Injectable } from '@nestjs/common';
import type { Author } from '../audit/audit-log';
import { AppConfig } from '../config/app-config';
import { DomainError } from '../core/problem';
import type { CallOptions } from '../typeform/typeform-api';
import { isSameState } from './push-decision';
import { secondsUntil } from './retry-schedule';
import { rotationConflict } from './unconfirmed-change';
import { WebhookPusher } from './webhook-pusher';
import { haveSameSettings, WebhookSettings } from './webhook-state';
import { Place, WebhookEdit, WebhookStore } from './webhook-store';
import type { Webhook } from './webhook.entity';

const HOUR_MS = 3_600_000;

type Decide = (webhook: Webhook, now: Date, place: Place) => WebhookEdit | null;

/** What undoes a change of the stored webhook. `certain`: Typeform still has what it had before the change. */
type Undo = (webhook: Webhook, now: Date, certain: boolean) => WebhookEdit;

@Injectable()
export class WebhookChanges {
  constructor(
    private readonly config: AppConfig,
    private readonly store: WebhookStore,
    private readonly pusher: WebhookPusher,
  ) {}

  /** Makes a webhook at Typeform that was just stored. */
  async register(webhook: Webhook, author: Author): Promise<void> {
    const { formId, tag } = webhook;
    const details = { formId, tag, refusedByTypeform: true };
    await this.make(webhook, author, (_stored, now, certain) => ({
      // Typeform may have it after all: then it is to be deleted there.
      set: certain ? 'delete' : { removedAt: now, status: 'removed', drift: [], pending: true },
      action: 'webhook.deleted',
      details,
      author,
    }));
  }

  /** Changes the given settings. A call that changes nothing leaves no trace, but still brings Typeform in sync. */
  async update(id: string, asked: Partial<WebhookSettings>, author: Author): Promise<void> {
    const { before, after } = await this.edit(id, (webhook, now) => {
      refuseRemoved(webhook);
      const had = settingsOf(webhook);
      const wanted = { ...had, ...asked };
      if (haveSameSettings(wanted, had)) return null;
      const set = { ...changed(wanted, now), ...switchedOn(webhook, wanted) };
      return { set, action: 'webhook.updated', details: wanted, author };
    });
    if (after === before) return this.repush(after, author);
    const restored = settingsOf(before);
    const details = { ...restored, refusedByTypeform: true };
    await this.make(after, author, (stored, now, certain) => ({
      set: {
        ...changed(restored, now),
        ...(certain ? confirmedAgain(before, stored) : switchedOn(stored, restored)),
      },
      action: 'webhook.updated',
      details,
      author,
    }));
  }

  /**
   * Gives the webhook a new secret, sealed. Both are accepted from now on: the old one until the overlap is over and Typeform has certainly
   * the new one. Throws `conflict` while an earlier overlap is open.
   */
  async rotateSecret(id: string, secret: string, overlapHours: number, author: Author): Promise<void> {
    const action = 'webhook.secret_rotated';
    const { before, after } = await this.edit(id, (webhook, now, place) => {
      refuseRemoved(webhook);
      refuseDuringRotation(webhook, now);
      if (webhook.pending) throw rotationConflict(webhook, place, now, this.config.reconcileIntervalSeconds > 0);
      const previousSecretExpiresAt = new Date(now.getTime() + overlapHours * HOUR_MS);
      const set = changed({ secret, previousSecret: webhook.secret, previousSecretExpiresAt }, now);
      return { set, action, details: { overlapHours }, author };
    });
    await this.make(after, author, (stored, now, certain) => {
      const { previousSecret, previousSecretExpiresAt } = before;
      // The same as before, sealed anew if that was done meanwhile: the key of then may be about to be retired.
      const restored = stored.previousSecret ?? before.secret;
      const sealedAnew = restored !== before.secret;
      // Typeform may sign with the refused one until it has certainly the old one again. What was before that one is over in any case.
      const previous = certain
        ? { previousSecret: sealedAnew ? null : previousSecret, previousSecretExpiresAt }
        : { previousSecret: stored.secret, previousSecretExpiresAt: now };
      const confirmed = certain ? confirmedAgain(before, stored) : {};
      const set = { ...changed({ secret: restored, ...previous }, now), ...confirmed };
      return { set, action, details: { overlapHours, refusedByTypeform: true }, author };
    });
  }

  /** Deletes the webhook at Typeform; its responses stay, and late deliveries are accepted for 24 hours. Idempotent. */
  async remove(id: string, author: Author): Promise<void> {
    const { after } = await this.edit(id, ({ removedAt, formId, tag }, now) => {
      if (removedAt !== null) return null;
      const set = changed({ removedAt: now, status: 'removed', drift: [] }, now);
      return { set, action: 'webhook.deleted', details: { formId, tag }, author };
    });
    await this.settle(after, author);
  }

  /** Has Typeform's copy written again, whatever is known about it. */
  async repush(webhook: Webhook, author: Author): Promise<void> {
    const { calls } = await this.store.state(webhook);
    const outcome = await this.pusher.push(webhook, { kind: 'repair', calls }, interactive(author));
    if (outcome.result === 'refused') throw outcome.error;
  }

  /** Throws `not_found`. */
  private async edit(id: string, decide: Decide): Promise<{ before: Webhook; after: Webhook }> {
    const edited = await this.store.edit(id, decide);
    if (!edited?.after) throw new DomainError('not_found', 'there is no such webhook');
    return { before: edited.before, after: edited.after };
  }

  /**
   * Makes the change at Typeform, or takes it back when Typeform refuses it. Without an answer it stays pending and is sent again. If
   * somebody changes the webhook meanwhile, the change is part of theirs, and their outcome counts.
   */
  private async make(webhook: Webhook, author: Author, undo: Undo): Promise<void> {
    for (;;) {
      const outcome = await this.pusher.push(webhook, { kind: 'made', webhook }, interactive(author));
      if (outcome.result === 'done') return;
      const { revision, certainAt, error } = outcome;
      let undone = false;
      const edited = await this.store.edit(webhook.id, (stored, now, { calls }) => {
        undone = stored.revision === revision && isSameState(stored, webhook, this.pusher.secretOf);
        // Sealing the secret anew repeats the call: Typeform may have confirmed the change before it refused the repetition.
        const neverConfirmed = stored.pushedRevision === webhook.pushedRevision;
        return undone ? undo(stored, now, certainAt === calls && neverConfirmed) : null;
      });
      if (edited !== null && !undone) continue;
      const restored = edited?.after;
      // What Typeform may have instead is overwritten now if possible, and soon if not.
      if (restored?.pending) await this.settle(restored, author).catch(() => undefined);
      throw error;
    }
  }

  private async settle(webhook: Webhook, author: Author): Promise<void> {
    const outcome = await this.pusher.push(webhook, { kind: 'made', webhook }, interactive(author));
    if (outcome.result === 'refused') throw outcome.error;
  }
}

function refuseRemoved({ removedAt }: Webhook): void {
  if (removedAt !== null) throw new DomainError('conflict', 'this webhook was deleted; register it again');
}

function refuseDuringRotation({ previousSecretExpiresAt: until }: Webhook, now: Date): void {
  if (until === null || until <= now) return;
  const message = `the secret is being rotated: the one before it is accepted until ${until.toISOString()}; rotate again after that`;
  throw new DomainError('conflict', message, { retryAfterSeconds: secondsUntil(until, now) });
}

function settingsOf({ url, enabled, verifySsl, eventTypes }: Webhook): WebhookSettings {
  return { url, enabled, verifySsl, eventTypes };
}

function changed(set: Partial<Webhook>, now: Date): Partial<Webhook> {
  return { ...set, pending: true, updatedAt: now };
}

/** A webhook that an admin enables must be enabled explicitly, whoever disabled it: earlier confirmations do not count. */
function switchedOn(from: WebhookSettings, to: WebhookSettings): Partial<Webhook> {
  return to.enabled && !from.enabled ? { pushedRevision: 0 } : {};
}

/** Where nothing can have reached Typeform since, what is restored needs no call if it is what Typeform confirmed last. */
function confirmedAgain(before: Webhook, stored: Webhook): Partial<Webhook> {
  const confirmed = before.pushedRevision === before.revision && stored.pushedRevision === before.revision;
  if (!confirmed) return {};
  const { status, drift, problem } = before;
  return { pending: before.pending, pushedRevision: stored.revision + 1, status, drift, problem };
}

/** Calls that a person waits for. */
function interactive({ requestId }: Author): CallOptions {
  return { priority: 'interactive', requestId };
}
