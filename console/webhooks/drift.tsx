import type { Schemas } from '../api/client';
import { DataTable } from '../shared/data-table';

type Webhook = Schemas['WebhookView'];
type Field = Webhook['drift'][number]['field'];

const FIELDS: Record<Field, string> = {
  existence: 'Exists',
  enabled: 'Delivery',
  url: 'Address',
  verify_ssl: 'Checks the certificate',
  event_types: 'Events',
};

/** What a status means, and what happens next. */
export const STATUS_WORDS: Record<Webhook['status'], string> = {
  in_sync: 'Typeform has what was registered.',
  drifted: 'Somebody changed it at Typeform. The next comparison restores it; Reconcile restores it now.',
  missing: 'It is gone at Typeform. The next comparison recreates it; Reconcile recreates it now.',
  disabled_by_typeform:
    'It is disabled at Typeform: by somebody, or by Typeform itself, as it does after many failed deliveries. The next comparison enables it again; Reconcile does so now. A back-fill then fetches what was submitted meanwhile.',
  unreachable: 'The last comparison with Typeform failed. The problem says why.',
  removed: 'Late deliveries are accepted for 24 hours after it was deleted.',
};

export const driftSummary = ({ drift }: Pick<Webhook, 'drift'>): string =>
  drift.map(({ field }) => FIELDS[field]).join(', ');

/** What a repair put right, such as `Delivery: disabled → enabled`. */
export const repairInWords = ({ drift }: Pick<Webhook, 'drift'>): string =>
  drift
    .map(
      ({ field, observed, desired }) =>
        `${FIELDS[field]}: ${observedInWords(field, observed)} → ${wantedInWords(field, desired)}`,
    )
    .join('; ');

/** What is not enabled was paused here. */
const wantedInWords = (field: Field, value: unknown): string =>
  field === 'enabled' ? (value === true ? 'enabled' : 'paused') : inWords(value);

/** What is not enabled at Typeform may have been disabled by anybody. */
const observedInWords = (field: Field, value: unknown): string =>
  field === 'enabled' ? (value === true ? 'enabled' : 'disabled') : inWords(value);

function inWords(value: unknown): string {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (value === undefined || value === null) return '–';
  if (typeof value === 'object') {
    const on = Object.entries(value).flatMap(([name, enabled]) => (enabled === true ? [name] : []));
    return on.length > 0 ? on.join(', ') : 'none';
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What it should be, beside what Typeform was last seen to have. */
export function WantedAndActual({ webhook }: { webhook: Webhook }) {
  const { drift, status } = webhook;
  const wanted: [Field, unknown][] = [
    ['existence', true],
    ['enabled', webhook.enabled],
    ['url', webhook.url],
    ['verify_ssl', webhook.verifySsl],
    ['event_types', webhook.eventTypes],
  ];
  const unknown = status === 'unreachable' || webhook.observedAt === null;
  return (
    <DataTable
      label="Wanted and actual"
      rows={wanted}
      keyOf={([field]) => field}
      columns={[
        { title: 'Setting', cell: ([field]) => FIELDS[field] },
        { title: 'Wanted', cell: ([field, value]) => wantedInWords(field, value) },
        {
          title: 'At Typeform',
          cell: ([field, value]) => {
            const differs = drift.find((each) => each.field === field);
            if (differs) return <strong>{observedInWords(field, differs.observed)} (differs)</strong>;
            if (unknown) return <span className="muted">not known</span>;
            if (status === 'missing') return <span className="muted">–</span>;
            return wantedInWords(field, value);
          },
        },
      ]}
    />
  );
}
