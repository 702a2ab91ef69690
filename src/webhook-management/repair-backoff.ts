/** When a webhook that keeps drifting is repaired again, counted for each kind of drift. Pure. */
import type { WebhookDrift } from './webhook-state';

/** Repairs of one kind without the webhook having been found in order in that respect in between. */
export interface RepairCount {
  repairs: number;
  /** ISO 8601. */
  nextAt: string;
}

export type RepairHistory = Partial<Record<WebhookDrift['field'], RepairCount>>;

/** What loses submissions is repaired at every pass this many times. */
const PROMPT_REPAIRS = 10;
const FIRST_BACKOFF_MS = 5 * 60_000;
const MAX_BACKOFF_MS = 6 * 3_600_000;
const MAX_LOSING_BACKOFF_MS = 15 * 60_000;

/** A missing or disabled webhook gets no submissions. */
export function losesSubmissions({ field, desired }: WebhookDrift): boolean {
  return field === 'existence' || (field === 'enabled' && desired === true);
}

/** Whether submissions did not come here while it lasted. Unlike those that get none at all, an address may be fought over by two tools. */
export function missesSubmissions(drift: WebhookDrift): boolean {
  return losesSubmissions(drift) || drift.field === 'url' || drift.field === 'event_types';
}

/**
 * How long to wait after the `repairs`-th consecutive repair of one kind. What loses submissions is not given up on; anything else is
 * not fought over at every pass, because another tool seems to manage the same webhook.
 */
export function repairBackoffMs(repairs: number, losing: boolean): number {
  const prompt = losing ? PROMPT_REPAIRS : 1;
  if (repairs <= prompt) return 0;
  return Math.min(losing ? MAX_LOSING_BACKOFF_MS : MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (repairs - prompt - 1));
}

/** When the drift may be repaired; null: now. One repair fixes every kind, so the most urgent one decides. */
export function repairDeferredUntil(history: RepairHistory, drift: readonly WebhookDrift[], now: Date): Date | null {
  const dueAt = drift.map(({ field }) => Date.parse(history[field]?.nextAt ?? '') || 0);
  const first = Math.min(...dueAt);
  return drift.length > 0 && first > now.getTime() ? new Date(first) : null;
}

/** The history without the kinds that are in order now. Of a missing webhook only its existence is known. */
export function stillDrifting(history: RepairHistory, drift: readonly WebhookDrift[]): RepairHistory {
  const fields = drift.map(({ field }) => field);
  if (fields.includes('existence')) return history;
  return Object.fromEntries(Object.entries(history).filter(([field]) => (fields as string[]).includes(field)));
}

/** The history after a repair of `drift`. */
export function afterRepair(history: RepairHistory, drift: readonly WebhookDrift[], now: Date): RepairHistory {
  const next = { ...stillDrifting(history, drift) };
  for (const one of drift) {
    const repairs = (history[one.field]?.repairs ?? 0) + 1;
    const waitMs = repairBackoffMs(repairs, losesSubmissions(one));
    next[one.field] = { repairs, nextAt: new Date(now.getTime() + waitMs).toISOString() };
  }
  return next;
}
