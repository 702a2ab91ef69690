import type { BackoffSchedule } from './delivery/retry-schedule';

/** The scopes of a personal access token (facts, section 5), and `forms:write` for the calls of the Create API. */
export const SCOPES = [
  'accounts:read',
  'forms:read',
  'forms:write',
  'webhooks:read',
  'webhooks:write',
  'responses:read',
  'responses:write',
] as const;
export type Scope = (typeof SCOPES)[number];

/** The settings that can be changed while the sandbox runs. */
export interface SandboxSettings {
  /** API calls that pass in any second, over all callers (Typeform: 2 per account). */
  rateLimitPerSecond: number;
  /** Whether a 429 carries `Retry-After`; Typeform documents no such header. */
  retryAfter: boolean;
  /** How long a submission is missing from the Responses API (Typeform: about 30 minutes). */
  lagMinutes: number;
  /** How long a deletion takes to become visible (Typeform: asynchronous, no time given). Simulated seconds. */
  deletionSeconds: number;
  /** What the accepted API key may do. */
  scopes: readonly Scope[];
  /** Real time that a receiver has to answer (Typeform: 30 seconds). */
  deliveryTimeoutMs: number;
  /** How many deliveries are sent at the same time. */
  deliveryConcurrency: number;
  /** Which of Typeform's two published back-off schedules is used. */
  backoffSchedule: BackoffSchedule;
  /** Gives every retry a new `event_id`; whether Typeform does is documented nowhere. */
  newEventIdOnRetry: boolean;
  /** Also posts to hosts other than this machine. Otherwise such a delivery fails like a broken connection. */
  allowRemoteDeliveries: boolean;
}

export const DEFAULT_SETTINGS: Readonly<SandboxSettings> = {
  rateLimitPerSecond: 2,
  retryAfter: false,
  lagMinutes: 30,
  deletionSeconds: 60,
  scopes: SCOPES,
  deliveryTimeoutMs: 30_000,
  deliveryConcurrency: 8,
  backoffSchedule: 'seven',
  newEventIdOnRetry: false,
  allowRemoteDeliveries: false,
};
