import type { Webhook } from './webhook.entity';

/** Why Typeform would not deliver to a webhook that we could reach ourselves, with the remedy; null when nothing is known. Pure. */
export function deliveryObstacle(
  webhook: Pick<Webhook, 'enabled' | 'removedAt' | 'status' | 'pending'>,
  problemOfPublicUrl: string | null,
): string | null {
  if (webhook.removedAt !== null) return 'Typeform would not deliver: this webhook was deleted; register it again';
  if (!webhook.enabled)
    return 'Typeform would not deliver: this webhook is off; turn it on with PATCH {"enabled": true}';
  if (webhook.status === 'disabled_by_typeform')
    return 'Typeform would not deliver: it has disabled this webhook; POST reconcile enables it again';
  if (webhook.status === 'missing' && !webhook.pending)
    return 'Typeform would not deliver: it does not have this webhook; POST reconcile creates it again';
  return problemOfPublicUrl === null ? null : `Typeform would not deliver: PUBLIC_URL ${problemOfPublicUrl}`;
}
