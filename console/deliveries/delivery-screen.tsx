import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { useFormTitle } from '../shared/form-titles';
import { useRenewal } from '../shared/live-updates';
import { Result } from '../shared/result';
import { Facts, Screen, Section } from '../shared/screen';
import { Loading, Notice, Problem } from '../shared/states';
import { Status } from '../shared/status';
import { When } from '../shared/when';
import { EraseDeliveryDialog } from './erase-delivery-dialog';
import { Payload } from './payload';
import { failureInWords, reasonInWords } from './reasons';
import { ReplayDialog } from './replay-dialog';

const route = getRouteApi('/deliveries/$eventId');

export function DeliveryScreen() {
  const { eventId } = route.useParams();
  const delivery = useQuery({
    queryKey: ['deliveries', eventId],
    queryFn: () => ask(api.GET('/v1/deliveries/{eventId}', { params: { path: { eventId } } })),
    refetchInterval: useRenewal(),
  });
  return (
    <Screen title="Delivery" about={<code>{eventId}</code>} actions={delivery.data && <Actions of={delivery.data} />}>
      {delivery.isPending && <Loading />}
      {delivery.isError && <Problem error={delivery.error} retry={() => void delivery.refetch()} />}
      <Result />
      {delivery.data && <Detail of={delivery.data} />}
    </Screen>
  );
}

function Actions({ of: { eventId, reason } }: { of: Schemas['DeliveryDetail'] }) {
  const [asking, setAsking] = useState<'replay' | 'erase' | null>(null);
  const mayReplay = useMay('operator');
  const mayErase = useMay('admin');
  if (reason === 'erased') return null;
  return (
    <>
      {mayReplay && (
        <Button kind="primary" onClick={() => setAsking('replay')}>
          Replay
        </Button>
      )}
      {mayErase && <Button onClick={() => setAsking('erase')}>Erase…</Button>}
      <ReplayDialog eventId={asking === 'replay' ? eventId : null} onClose={() => setAsking(null)} />
      <EraseDeliveryDialog eventId={asking === 'erase' ? eventId : null} onClose={() => setAsking(null)} />
    </>
  );
}

function Detail({ of: delivery }: { of: Schemas['DeliveryDetail'] }) {
  const titleOf = useFormTitle();
  const mayRead = useMay('operator');
  const { eventType, formId, token, status, reason, lastError } = delivery;
  return (
    <>
      {status !== 'processed' && (reason ?? lastError) !== null && (
        <Notice bad={status === 'dead' || status === 'retrying'} neutral>
          {reason !== null ? reasonInWords(reason, eventType) : failureInWords(lastError ?? '')}
        </Notice>
      )}
      <Section title="State">
        <Facts
          of={[
            ['Status', <Status of={status} />],
            [
              'Form',
              <Link to="/forms/$formId" params={{ formId }}>
                {titleOf(formId)}
              </Link>,
            ],
            [
              'Submission',
              status === 'processed' ? (
                <Link to="/submissions/$formId/$token" params={{ formId, token }}>
                  {token}
                </Link>
              ) : (
                <code>{token}</code>
              ),
            ],
            ['Came by', delivery.source === 'webhook' ? cameBy(delivery.webhookId) : 'Back-fill'],
            ['Event type', <code>{delivery.eventType}</code>],
            ['Size', `${delivery.payloadBytes.toLocaleString('en')} bytes`],
            ['Repeats', times(delivery.duplicates)],
            ['Replayed', times(delivery.replays)],
          ]}
        />
      </Section>
      <Section title="Timeline">
        <Facts
          of={[
            ['Submitted', <When at={delivery.submittedAt} exact />],
            ['Received and committed', <When at={delivery.receivedAt} exact />],
            ['Processed', <When at={delivery.processedAt} exact />],
            ...(delivery.nextAttemptAt === null
              ? []
              : [['Next attempt', <When at={delivery.nextAttemptAt} exact />] as const]),
          ]}
        />
      </Section>
      <Section title={`Attempts (${delivery.attempts})`}>
        {delivery.attemptLog.length === 0 ? (
          <p className="muted">None yet.</p>
        ) : (
          <ol className="stack">
            {delivery.attemptLog.map(({ at, code, sqlState, constraint, table }) => (
              <li key={at}>
                {code === null ? 'Succeeded' : failureInWords(code)}
                {code !== null && (
                  <div>
                    <code>
                      {[code, sqlState && `SQLSTATE ${sqlState}`, constraint, table].filter(Boolean).join(' · ')}
                    </code>
                  </div>
                )}
                <div className="muted small">
                  <When at={at} exact />
                </div>
              </li>
            ))}
          </ol>
        )}
      </Section>
      {mayRead && reason !== 'erased' && <Payload key={delivery.eventId} eventId={delivery.eventId} />}
    </>
  );
}

const times = (count: number): string => (count === 0 ? 'never' : count === 1 ? 'once' : `${count} times`);

function cameBy(webhookId: string | null) {
  if (webhookId === null) return 'Shared endpoint';
  return (
    <Link to="/webhooks/$webhookId" params={{ webhookId }}>
      Webhook
    </Link>
  );
}
