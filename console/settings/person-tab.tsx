import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { clientName } from '../clients/client-name';
import { Button } from '../shared/button';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { counted } from '../shared/counted';
import { EMail } from '../shared/e-mail';
import { Section } from '../shared/screen';
import { Notice, Problem } from '../shared/states';
import { stateWord } from '../shared/status';
import css from './settings.module.css';

type Found = Schemas['DataSubjectView'];

/** So many clients are shown by name: each is read from the service. */
const NAMED = 20;

/** Everything held of a person, and its erasure. What is looked for goes in a body and is nowhere kept. */
export default function PersonTab() {
  const [email, setEmail] = useState('');
  const [phone, setPhone] = useState('');
  const [name, setName] = useState('');
  const [asking, setAsking] = useState(false);
  const [erased, setErased] = useState('');
  const mayErase = useMay('admin');
  const queries = useQueryClient();
  const search = useMutation({
    mutationFn: () => {
      const given = Object.entries({ email, phone, name }).filter(([, value]) => value.trim() !== '');
      return ask(api.POST('/v1/data-subjects/search', { body: Object.fromEntries(given) }));
    },
  });
  const found = search.data;
  const any = found && found.counts.clients + found.counts.responses + found.counts.events > 0;
  return (
    <Section title="A person’s data">
      <p className="muted">
        Finds everything that mentions this person, even under another client. The audit log records that you searched,
        not what for.
      </p>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          setErased('');
          search.mutate();
        }}
      >
        <label className="field">
          E-mail
          <input value={email} onChange={(event) => setEmail(event.target.value)} autoComplete="off" />
        </label>
        <label className="field">
          Phone, with country code
          <input value={phone} onChange={(event) => setPhone(event.target.value)} autoComplete="off" />
        </label>
        <label className="field">
          Name
          <input type="search" value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" />
        </label>
        <Button
          type="submit"
          kind="primary"
          busy={search.isPending}
          disabled={!email.trim() && !phone.trim() && !name.trim()}
        >
          {search.isPending ? 'Searching…' : 'Search'}
        </Button>
      </form>
      {erased && <Notice>{erased}</Notice>}
      {search.isError && <Problem error={search.error} />}
      {found && (
        <>
          <p role="status">{any ? `Found: ${listed(found.counts)}.` : 'Nothing found.'}</p>
          <FoundList of={found} />
          {any && mayErase && (
            <div>
              <Button onClick={() => setAsking(true)}>Erase all of it…</Button>
            </div>
          )}
          <ConfirmDialog
            open={asking}
            onClose={() => setAsking(false)}
            title="Erase all that was found?"
            action="Erase"
            danger
            typed="erase"
            onConfirm={async () => {
              const body = {
                clientIds: found.clientIds,
                responses: found.responses.map(({ formId, token }) => ({ formId, token })),
                eventIds: found.events.map(({ eventId }) => eventId),
              };
              const result = await ask(api.POST('/v1/data-subjects/erase', { body }));
              for (const id of found.clientIds) queries.removeQueries({ queryKey: ['clients', id] });
              search.reset();
              setErased(`Erased: ${listed(result)}.`);
            }}
          >
            <p>
              {listed(found.counts)} are removed for good. Look at the list first: it may hold submissions of others who
              only mention the person.
            </p>
          </ConfirmDialog>
        </>
      )}
    </Section>
  );
}

function FoundList({ of: { clientIds, responses, events } }: { of: Found }) {
  return (
    <ul className={css.found}>
      {clientIds.map((clientId) => (
        <li key={clientId}>
          Client <FoundClient id={clientId} named={clientIds.length <= NAMED} />
        </li>
      ))}
      {responses.map(({ formId, token }) => (
        <li key={`${formId}/${token}`}>
          Submission{' '}
          <Link to="/submissions/$formId/$token" params={{ formId, token }}>
            {formId}/{token}
          </Link>
        </li>
      ))}
      {events.map(({ eventId, status }) => (
        <li key={eventId}>
          Delivery, {stateWord(status).toLowerCase()}:{' '}
          <Link to="/deliveries/$eventId" params={{ eventId }}>
            {eventId}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** By name and e-mail; by id until they are read, and where there are too many. */
function FoundClient({ id: clientId, named }: { id: string; named: boolean }) {
  const { data: client } = useQuery({
    queryKey: ['clients', clientId],
    queryFn: () => ask(api.GET('/v1/clients/{id}', { params: { path: { id: clientId } } })),
    enabled: named,
  });
  return (
    <>
      <Link to="/clients/$clientId" params={{ clientId }}>
        {client ? clientName(client) : clientId}
      </Link>{' '}
      {client && (
        <span className="muted">
          <EMail of={client.email} />
        </span>
      )}
    </>
  );
}

function listed({ clients, responses, events }: Record<'clients' | 'responses' | 'events', number>): string {
  return `${counted(clients, 'client')}, ${counted(responses, 'submission')} and ${counted(events, 'delivery', 'deliveries')}`;
}
