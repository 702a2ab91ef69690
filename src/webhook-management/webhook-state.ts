/** Compares a webhook's desired and observed state. Pure. */

export const WEBHOOK_STATUSES = [
  'in_sync',
  'drifted',
  'missing',
  'disabled_by_typeform',
  'unreachable',
  'removed',
] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

/** What Typeform can deliver (Typeform, "Webhooks"); the second only when it is enabled. */
export const EVENT_TYPES = ['form_response', 'form_response_partial'] as const;

/** The settings of a webhook that Typeform returns. */
export interface WebhookSettings {
  url: string;
  enabled: boolean;
  verifySsl: boolean;
  eventTypes: Record<string, boolean>;
}

/** One setting that differs; `existence` when the webhook itself is missing. */
export interface WebhookDrift {
  field: 'existence' | 'enabled' | 'url' | 'verify_ssl' | 'event_types';
  desired: unknown;
  observed: unknown;
}

/** Every difference between `observed` (null: missing) and the desired state. An event type that is not listed counts as off. */
export function compareWebhook(desired: WebhookSettings, observed: WebhookSettings | null): WebhookDrift[] {
  if (observed === null) return [{ field: 'existence', desired: true, observed: false }];
  const drift: WebhookDrift[] = [];
  const differ = (field: WebhookDrift['field'], wanted: unknown, seen: unknown): void => {
    if (wanted !== seen) drift.push({ field, desired: wanted, observed: seen });
  };
  differ('enabled', desired.enabled, observed.enabled);
  differ('url', desired.url, observed.url);
  differ('verify_ssl', desired.verifySsl, observed.verifySsl);
  const on = (types: Record<string, boolean>): string =>
    Object.keys(types)
      .filter((type) => types[type])
      .sort()
      .join(', ');
  differ('event_types', on(desired.eventTypes), on(observed.eventTypes));
  return drift;
}

/** Whether two settings are stored as the same: the order of event types means nothing, one that is listed as off does. */
export function haveSameSettings(one: WebhookSettings, other: WebhookSettings): boolean {
  const stored = ({ url, enabled, verifySsl, eventTypes }: WebhookSettings): string =>
    JSON.stringify([url, enabled, verifySsl, Object.entries(eventTypes).sort()]);
  return stored(one) === stored(other);
}

/** The status that a comparison yields. */
export function statusOfDrift(drift: readonly WebhookDrift[]): WebhookStatus {
  if (drift.length === 0) return 'in_sync';
  if (drift.some(({ field }) => field === 'existence')) return 'missing';
  return isDisabledByTypeform(drift) ? 'disabled_by_typeform' : 'drifted';
}

/** Typeform (or someone in its UI) disabled what should be enabled: submissions are being missed. */
export function isDisabledByTypeform(drift: readonly WebhookDrift[]): boolean {
  return drift.some(({ field, desired }) => field === 'enabled' && desired === true);
}
