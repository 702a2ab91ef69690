import type { AppConfig } from '../config/app-config';

const DAY_MS = 24 * 3_600_000;

/** What was submitted before would be removed again at once; null: everything is kept. */
export function retentionEdge({ responseRetentionDays: days }: AppConfig, now: Date): Date | null {
  return days === 0 ? null : new Date(now.getTime() - days * DAY_MS);
}
