/** Which of a webhook's secrets a delivery may be signed with. Pure. */

/** How long after a webhook's removal its deliveries are still accepted (contract section 4). */
export const ACCEPT_AFTER_REMOVAL_MS = 24 * 3_600_000;

export interface SecretsOf<Secret> {
  current: Secret;
  previous: Secret | null;
  previousExpiresAt: Date | null;
  removedAt: Date | null;
  /** Typeform may not have the current secret yet, or may get an older one back from a call of unknown outcome. */
  pending: boolean;
}

/** The secrets that are valid at a moment; none of a webhook that was removed long ago. */
export function acceptedSecrets<Secret>(secrets: SecretsOf<Secret>, now: Date): readonly Secret[] {
  const { current, previous, previousExpiresAt, removedAt, pending } = secrets;
  if (removedAt && removedAt.getTime() + ACCEPT_AFTER_REMOVAL_MS < now.getTime()) return [];
  const overlap = previousExpiresAt !== null && (pending || previousExpiresAt > now);
  return previous !== null && overlap ? [current, previous] : [current];
}
