import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, ask, type Schemas } from '../api/client';
import { counted } from '../shared/counted';
import { Section } from '../shared/screen';
import { Loading, Problem } from '../shared/states';
import { Status } from '../shared/status';
import { When } from '../shared/when';
import { repairInWords } from './drift';

/** What Typeform tolerates before it disables a webhook: failures in a row within five minutes, and within a day. */
const TOLERATED = { inFiveMinutes: 100, inDay: 300 };

/** How near Typeform is to disabling it, what came last, and what had to be repaired. */
export function WebhookHealth({ webhook: { id, formId, createdAt } }: { webhook: Schemas['WebhookView'] }) {
  const overview = useQuery({
    queryKey: ['overview', '15m'],
    queryFn: () => ask(api.GET('/v1/overview', { params: { query: { window: '15m' } } })),
  });
  const last = useQuery({
    queryKey: ['deliveries', 'last', formId],
    queryFn: () => ask(api.GET('/v1/deliveries', { params: { query: { formId, source: 'webhook', limit: 1 } } })),
  });
  const repairs = useQuery({
    queryKey: ['audit', 'repairs'],
    queryFn: () => ask(api.GET('/v1/audit', { params: { query: { action: 'webhook.repaired', limit: 200 } } })),
  });
  const failing = overview.data?.failing.find(({ endpoint }) => endpoint === id);
  const wrongSecret = overview.data?.wrongSecrets.find(({ endpoint }) => endpoint === id);
  const delivery = last.data?.items[0];
  const noneYet = last.isSuccess && (!delivery || delivery.receivedAt < createdAt);
  const own = repairs.data?.items.filter(({ subject }) => subject === id) ?? [];
  return (
    <>
      <Section title="Health">
        {overview.isPending && <Loading />}
        {overview.isError && <Problem error={overview.error} />}
        {overview.data && !last.isPending && !failing && !wrongSecret && (
          <p>
            {noneYet ? (
              <Status of="not_yet_known" word="No delivery yet" />
            ) : (
              <Status of="active" word="No failures since the last success" />
            )}
          </p>
        )}
        {failing && (
          <>
            <p>
              {failing.atRisk && <Status of="at_risk" />} It has failed {counted(failing.inFiveMinutes, 'time')} in five
              minutes and {counted(failing.inDay, 'time')} in a day since its last success. Typeform disables a webhook
              that goes on failing.
            </p>
            <meter
              aria-label="How near Typeform is to disabling it"
              max={1}
              high={0.5}
              optimum={0}
              value={Math.max(failing.inFiveMinutes / TOLERATED.inFiveMinutes, failing.inDay / TOLERATED.inDay)}
            />
          </>
        )}
        {wrongSecret && (
          <p>
            {counted(wrongSecret.refused, 'delivery', 'deliveries')} had a wrong signature since the last valid one.
            Rotate the secret if they are genuine.
          </p>
        )}
        {delivery && (
          <p>
            Last delivery of this form, by any of its webhooks:{' '}
            <Link to="/deliveries/$eventId" params={{ eventId: delivery.eventId }}>
              <When at={delivery.receivedAt} />
            </Link>
            .
          </p>
        )}
      </Section>
      <Section title="Repairs">
        {repairs.isPending && <Loading />}
        {repairs.isError && <Problem error={repairs.error} />}
        {repairs.isSuccess && own.length === 0 && <p className="muted">None lately.</p>}
        {own.length > 0 && (
          <ul className="stack">
            {own.map(({ id: entry, at, details }) => (
              <li key={entry}>
                {repairInWords(details as unknown as Pick<Schemas['WebhookView'], 'drift'>)}
                <div className="muted small">
                  <When at={at} exact />
                </div>
              </li>
            ))}
          </ul>
        )}
      </Section>
    </>
  );
}
