import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { useFormTitle } from '../shared/form-titles';
import { useRenewal } from '../shared/live-updates';
import { Result } from '../shared/result';
import { Screen, Section } from '../shared/screen';
import { Loading, Problem } from '../shared/states';
import { Status } from '../shared/status';
import { When } from '../shared/when';
import { ClientIdentifiers } from './client-identifiers';
import { clientName } from './client-name';
import { ClientResponses } from './client-responses';
import { EraseClientDialog } from './erase-client-dialog';
import { MergeDialog } from './merge-dialog';

const route = getRouteApi('/clients/$clientId');
type Client = Schemas['ClientDetailView'];

export function ClientScreen() {
  const { clientId } = route.useParams();
  const client = useQuery({
    queryKey: ['clients', clientId],
    queryFn: () => ask(api.GET('/v1/clients/{id}', { params: { path: { id: clientId } } })),
    refetchInterval: useRenewal(),
  });
  return (
    <Screen
      title={client.data ? clientName(client.data) : 'Client'}
      tab="Client"
      about={<code>{clientId}</code>}
      actions={client.data && <Actions key={clientId} of={client.data} />}
    >
      <Result />
      {client.isPending && <Loading />}
      {client.isError && <Problem error={client.error} retry={() => void client.refetch()} />}
      {client.data && <Detail key={clientId} of={client.data} />}
    </Screen>
  );
}

function Actions({ of: client }: { of: Client }) {
  const [asking, setAsking] = useState<'merge' | 'erase' | null>(null);
  const may = useMay('admin');
  if (!may) return null;
  return (
    <>
      <Button onClick={() => setAsking('merge')}>Merge…</Button>
      <Button onClick={() => setAsking('erase')}>Erase…</Button>
      {asking === 'merge' && <MergeDialog client={client} onClose={() => setAsking(null)} />}
      {asking === 'erase' && <EraseClientDialog client={client} onClose={() => setAsking(null)} />}
    </>
  );
}

function Detail({ of: client }: { of: Client }) {
  return (
    <>
      {client.conflicts.length > 0 && <Conflicts of={client} />}
      <ClientIdentifiers client={client} />
      <ClientResponses client={client} />
      <Timeline of={client} />
    </>
  );
}

/** From the first submission to the last change; each submission leads to its own timeline. */
function Timeline({ of: { createdAt, updatedAt, responses } }: { of: Client }) {
  const titleOf = useFormTitle();
  const steps: readonly (readonly [at: string, what: ReactNode])[] = [
    ...responses.map(
      ({ formId, token, submittedAt, receivedAt }) =>
        [
          submittedAt ?? receivedAt,
          <>
            Sent{' '}
            <Link to="/submissions/$formId/$token" params={{ formId, token }}>
              {titleOf(formId)}
            </Link>
          </>,
        ] as const,
    ),
    [createdAt, 'Became a client'],
    [updatedAt, 'Last changed'],
  ];
  const inOrder = [...steps].sort(([one], [other]) => Date.parse(one) - Date.parse(other));
  return (
    <Section title="Timeline">
      <ol className="timeline">
        {inOrder.map(([at, what], index) => (
          <li key={index}>
            <span>{what}</span> <When at={at} exact />
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Conflicts({ of: { id, conflicts } }: { of: Client }) {
  return (
    <Section title="Conflicts">
      <p>
        A phone that several clients gave finds none of them. If they are one person, merge them; if not, nothing needs
        to be done.
      </p>
      <ul>
        {conflicts.map(({ phone, clientIds }) => (
          <li key={phone}>
            <Status of="conflict" word={phone} /> also belongs to{' '}
            {clientIds
              .filter((other) => other !== id)
              .map((other, at) => (
                <span key={other}>
                  {at > 0 && ', '}
                  <Link to="/clients/$clientId" params={{ clientId: other }}>
                    client {other.slice(0, 8)}
                  </Link>
                </span>
              ))}
            .
          </li>
        ))}
      </ul>
    </Section>
  );
}
