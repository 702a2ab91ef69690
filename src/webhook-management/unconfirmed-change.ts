/** What is said about a change that Typeform has not confirmed: why, until when if something happens by itself then, and what to do. Pure. */
import { DomainError } from '../core/problem';
import { TypeformError } from '../typeform/typeform-error';
import { secondsUntil } from './retry-schedule';
import type { Place } from './webhook-store';
import type { Webhook } from './webhook.entity';

type Known = Pick<Webhook, 'id' | 'revision' | 'pushedRevision' | 'refusedRevision' | 'problem'>;

/**
 * Why a webhook with an unconfirmed change cannot be rotated. `retries`: what is not confirmed is sent again by itself
 * (RECONCILE_INTERVAL_SECONDS is not 0).
 */
export function rotationConflict(
  webhook: Known,
  place: Pick<Place, 'retryAt' | 'doubtUntil'>,
  now: Date,
  retries: boolean,
): DomainError {
  const reconcile = reconcileCall(webhook);
  if (isRefused(webhook)) {
    return conflict(`${refused(webhook)}: change it, or try it again with ${reconcile}; rotate after that`);
  }
  const sent = webhook.pushedRevision === webhook.revision;
  const at = sent ? place.doubtUntil : place.retryAt;
  const until = at !== null && at > now ? at : null;
  const retryAfterSeconds = until !== null && retries ? secondsUntil(until, now) : undefined;
  if (sent) {
    const call = 'an earlier call to Typeform got no answer and may';
    if (until === null) return conflict(`${call} have taken effect late: settle that with ${reconcile}, then rotate`);
    const settle = retries
      ? `rotate some seconds after that, or settle it then with ${reconcile}`
      : `after that settle it with ${reconcile}, then rotate`;
    return conflict(`${call} still take effect until ${until.toISOString()}: ${settle}`, retryAfterSeconds);
  }
  const unsent = 'Typeform has not confirmed an earlier change yet';
  if (until === null || !retries) return conflict(`${unsent}: send it now with ${reconcile}, then rotate`);
  const message = `${unsent}, which is sent again at ${until.toISOString()}: rotate after that, or send it now with ${reconcile}`;
  return conflict(message, retryAfterSeconds);
}

/** Why a call was not made within its patience; `webhook` null: it was to delete one that is none of ours. */
export function notMadeInTime(webhook: Known | null, retries: boolean): TypeformError {
  const details = { failure: 'timeout', remoteStatus: null, remoteCode: 'BUSY' } as const;
  if (webhook !== null && isRefused(webhook)) {
    return new TypeformError(`${refused(webhook)}: change it, or try it again with ${reconcileCall(webhook)}`, details);
  }
  const why = 'another call of the same webhook is under way, or the database is slow';
  const kept =
    retries || webhook === null
      ? 'the change is kept and will be made (see `pending`)'
      : `the change is kept (see \`pending\`), and is made with ${reconcileCall(webhook)}`;
  return new TypeformError(`${kept}: ${why}`, details);
}

function isRefused({ revision, pushedRevision, refusedRevision }: Known): boolean {
  return refusedRevision === revision && pushedRevision !== revision;
}

function refused({ problem }: Known): string {
  return `Typeform refused an earlier change (${problem ?? 'the reason is not known'})`;
}

function reconcileCall({ id }: Known): string {
  return `POST /v1/webhooks/${id}/reconcile`;
}

function conflict(message: string, retryAfterSeconds?: number): DomainError {
  return new DomainError('conflict', message, { retryAfterSeconds });
}
