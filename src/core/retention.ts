/** How long submissions are kept: contract, RESPONSE_RETENTION_DAYS and `retentionDays` of a form. */
const DAY_MS = 86_400_000;

export const MAX_RETENTION_DAYS = 36_500;

/** Submissions before this time have expired; null: none ever does. */
export function expiryEdge(days: number, now: Date): Date | null {
  return days === 0 ? null : new Date(now.getTime() - days * DAY_MS);
}

/** When a submission of this time expires. */
export function expiresAt(submittedAt: Date, days: number): Date {
  return new Date(submittedAt.getTime() + days * DAY_MS);
}
