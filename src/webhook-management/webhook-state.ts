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

const COMPARED = ['enabled', 'url', 'verify_ssl', 'event_types'] as const;

/** A webhook's desired state, and what is on record about Typeform's copy. */
type Recorded = WebhookSettings & { removedAt: Date | null; drift: WebhookDrift[] };

/** Every difference between `observed` (null: missing) and the desired state. An event type that is not listed counts as off. */
export function compareWebhook(desired: WebhookSettings, observed: WebhookSettings | null): WebhookDrift[] {
  if (observed === null) return [{ field: 'existence', desired: true, observed: false }];
  return COMPARED.map((field) => ({
    field,
    desired: valueOf(desired, field),
    observed: valueOf(observed, field),
  })).filter((one) => one.desired !== one.observed);
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

/** The recorded differences that are resolved once Typeform has the state `sent`, except those that an admin has since made the desired state. */
export function endedBy(sent: Recorded): WebhookDrift[] {
  if (sent.removedAt !== null) return [];
  return sent.drift.filter(({ field, observed }) => observed !== valueOf(sent, field));
}

/** The differences found, plus the recorded ones: an unconfirmed call may have resolved those, and they must not be lost. */
export function withRecorded(webhook: Recorded, found: WebhookDrift[]): WebhookDrift[] {
  const fields = found.map(({ field }) => field);
  return [...found, ...endedBy(webhook).filter(({ field }) => !fields.includes(field))];
}

/** A setting as a difference shows it. */
function valueOf(webhook: WebhookSettings, field: WebhookDrift['field']): unknown {
  switch (field) {
    case 'existence':
      return true;
    case 'enabled':
      return webhook.enabled;
    case 'url':
      return webhook.url;
    case 'verify_ssl':
      return webhook.verifySsl;
    case 'event_types':
      return Object.keys(webhook.eventTypes)
        .filter((type) => webhook.eventTypes[type])
        .sort()
        .join(', ');
  }
}
