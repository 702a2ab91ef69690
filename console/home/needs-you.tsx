import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, ask, type Schemas } from '../api/client';
import { Section } from '../shared/screen';
import { Status } from '../shared/status';
import css from './home.module.css';

const MOST = 200;

/** What does not come right by itself, each with the way to it. */
export function NeedsYou({
  overview: { inbox, webhooks, failing, wrongSecrets },
}: {
  overview: Schemas['OverviewView'];
}) {
  const conflicts = useQuery({
    queryKey: ['clients', 'conflicts'],
    queryFn: () => ask(api.GET('/v1/clients', { params: { query: { conflict: 'true' as never, limit: MOST } } })),
  });
  const open = (status: string): number => inbox.find((each) => each.status === status)?.count ?? 0;
  const inConflict = conflicts.data?.items.length ?? 0;
  const needs = [
    open('dead') > 0 && (
      <Link to="/deliveries" search={{ status: 'dead' }}>
        <Status of="dead" word={count(open('dead'), 'delivery', 'deliveries', 'dead')} />
      </Link>
    ),
    open('quarantined') > 0 && (
      <Link to="/deliveries" search={{ status: 'quarantined' }}>
        <Status of="quarantined" word={count(open('quarantined'), 'delivery', 'deliveries', 'quarantined')} />
      </Link>
    ),
    inConflict > 0 && (
      <Link to="/clients" search={{ conflict: 'true' }}>
        <Status
          of="conflict"
          word={`${inConflict}${conflicts.data?.nextCursor ? '+' : ''} ${inConflict === 1 ? 'client' : 'clients'} in conflict`}
        />
      </Link>
    ),
    ...(['disabled_by_typeform', 'missing', 'drifted', 'unreachable'] as const).map((status) => {
      const number = webhooks[status] ?? 0;
      return (
        number > 0 && (
          <Link to="/webhooks" search={{ status }}>
            <Status of={status} word={count(number, 'webhook', 'webhooks', status.replaceAll('_', ' '))} />
          </Link>
        )
      );
    }),
    ...failing
      .filter(({ atRisk }) => atRisk)
      .map(({ endpoint }) => <WebhookLink key={endpoint} id={endpoint} state="at_risk" word="Webhook at risk" />),
    ...wrongSecrets.map(({ endpoint }) => (
      <WebhookLink key={endpoint} id={endpoint} state="failed" word="Webhook with a wrong secret" />
    )),
  ].filter(Boolean);
  return (
    <Section title="What needs you">
      {needs.length === 0 ? (
        <p>
          <Status of="complete" word="Nothing at the moment" />
        </p>
      ) : (
        <ul className={css.needs}>
          {needs.map((need, at) => (
            <li key={at}>{need}</li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function WebhookLink({ id, state, word }: { id: string; state: string; word: string }) {
  if (id === 'shared') return <Status of={state} word={`${word} (shared endpoint)`} />;
  return (
    <Link to="/webhooks/$webhookId" params={{ webhookId: id }}>
      <Status of={state} word={word} />
    </Link>
  );
}

const count = (number: number, one: string, many: string, state: string): string =>
  `${number} ${number === 1 ? one : many} ${state}`;
