/** The port to what is stored about webhooks and their places at Typeform. Every method is one transaction. */
import type { Author } from '../audit/audit-log';
import type { Goal, PushState, Target } from './push-decision';
import type { WebhookDrift } from './webhook-state';
import type { Webhook } from './webhook.entity';

/** A call that may be sent now: nobody else sends one to the same place until its outcome is recorded or it has lapsed. */
export interface BegunCall {
  id: string;
  target: Target;
  /** The row at that moment; null: a stray is deleted. */
  webhook: Webhook | null;
  /** No earlier call can take effect after this one. */
  last: boolean;
}

/**
 * `unsent`: Typeform certainly did not apply the change, and a retry may succeed. `off`: it applied the change, but the webhook is disabled,
 * and the next call must enable it.
 */
export type FailedCall = 'refused' | 'unsent' | 'unknown' | 'off';

/**
 * `current`: the webhook is still at the revision that failed. `certainAt`: how many calls had begun when Typeform certainly had what it
 * had before this one; null: some call with an unknown outcome may have made the change, or a call that left the webhook disabled did.
 */
export interface Failed {
  current: boolean;
  certainAt: number | null;
}

/** `current`: the webhook is still at the revision that was sent. `ended`: the recorded differences that the call resolved. */
export interface Succeeded {
  current: boolean;
  ended: WebhookDrift[];
}

/** What an admin changes, with its audit entry; `delete` takes the row away. */
export interface WebhookEdit {
  set: Partial<Webhook> | 'delete';
  action: 'webhook.updated' | 'webhook.deleted' | 'webhook.secret_rotated';
  details: object;
  author: Author;
}

/** A webhook's place at Typeform while it is decided about a change. */
export interface Place {
  /** How many calls have begun. */
  calls: number;
  /** When what Typeform has not confirmed is sent again; null: nothing is planned. */
  retryAt: Date | null;
  /** Until then a call of unknown outcome may still take effect; null: there is none. */
  doubtUntil: Date | null;
}

export abstract class WebhookStore {
  abstract state(target: Target): Promise<PushState>;

  /** Every webhook of a form, oldest first, including removed ones. */
  abstract ofForm(formId: string): Promise<Webhook[]>;

  /**
   * Changes a webhook and its revision; `decide` returns null for "nothing to change". null: there is no such webhook. Whoever changes it
   * sends the change: for some seconds nobody else does.
   */
  abstract edit(
    id: string,
    decide: (webhook: Webhook, now: Date, place: Place) => WebhookEdit | null,
  ): Promise<{ before: Webhook; after: Webhook | null } | null>;

  /** Records that a call is about to be sent; null when `step` is not the next step any more. */
  abstract begin(target: Target, step: 'put' | 'delete', goal: Goal): Promise<BegunCall | null>;

  /** The call was not sent after all. */
  abstract withdraw(call: BegunCall): Promise<void>;

  /**
   * Typeform has confirmed the revision that was sent. `seen` is not recorded when the webhook has changed since. Differences that the call
   * resolved are removed from the record and get an audit entry, whoever caused the call.
   */
  abstract succeed(call: BegunCall, seen: Partial<Webhook>): Promise<Succeeded>;

  abstract fail(call: BegunCall, outcome: FailedCall, seen: Partial<Webhook>): Promise<Failed>;

  /** Records what was seen when `calls` calls had begun, unless the webhook was changed or written to Typeform since. */
  abstract observe(webhook: Webhook, calls: number, seen: Partial<Webhook>): Promise<void>;
}
