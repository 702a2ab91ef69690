import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, ask, type Schemas } from '../api/client';
import { counted } from '../shared/counted';
import { Section } from '../shared/screen';
import { Loading, Problem } from '../shared/states';
import { Status } from '../shared/status';
import css from './home.module.css';

const WHAT_IS_WRONG = {
  disabled_by_typeform: 'disabled at Typeform',
  missing: 'missing at Typeform',
  drifted: 'drifted',
  unreachable: 'unreachable',
} as const;
const WRONG_STATUSES = ['disabled_by_typeform', 'missing', 'drifted', 'unreachable'] as const;

const MOST = 200;

/** What does not come right by itself, each with the way to it. */
export function NeedsYou({ overview }: { overview: Schemas['OverviewView'] | undefined }) {
  const conflicts = useQuery({
    queryKey: ['clients', 'conflicts'],
    queryFn: () => ask(api.GET('/v1/clients', { params: { query: { conflict: true, limit: MOST } } })),
  });
  return (
    <Section title="What needs you">
      {conflicts.isError && <Problem error={conflicts.error} retry={() => void conflicts.refetch()} />}
      {overview ? <Needs overview={overview} conflicts={conflicts.data} reading={conflicts.isPending} /> : <Loading />}
    </Section>
  );
}

/** `conflicts` is undefined while they are being read, and where they cannot be: then it is not known that nothing needs anybody. */
function Needs({
  overview: { inbox, webhooks, failing, wrongSecrets },
  conflicts,
  reading,
}: {
  overview: Schemas['OverviewView'];
  conflicts: Schemas['ClientPage'] | undefined;
  reading: boolean;
}) {
  const open = (status: string): number => inbox.find((each) => each.status === status)?.count ?? 0;
  const inConflict = conflicts?.items.length ?? 0;
  const needs = [
    open('dead') > 0 && (
      <Link to="/deliveries" search={{ status: 'dead' }}>
        <Status of="dead" word={`${counted(open('dead'), 'delivery', 'deliveries')} dead`} />
      </Link>
    ),
    open('quarantined') > 0 && (
      <Link to="/deliveries" search={{ status: 'quarantined' }}>
        <Status of="quarantined" word={`${counted(open('quarantined'), 'delivery', 'deliveries')} quarantined`} />
      </Link>
    ),
    inConflict > 0 && (
      <Link to="/clients" search={{ conflict: 'true' }}>
        <Status
          of="conflict"
          word={`${inConflict}${conflicts?.nextCursor ? '+' : ''} ${inConflict === 1 ? 'client' : 'clients'} in conflict`}
        />
      </Link>
    ),
    ...WRONG_STATUSES.map((status) => {
      const number = webhooks[status] ?? 0;
      return (
        number > 0 && (
          <Link to="/webhooks" search={{ status }}>
            <Status of={status} word={`${counted(number, 'webhook')} ${WHAT_IS_WRONG[status]}`} />
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
  if (needs.length > 0) {
    return (
      <ul className={css.needs}>
        {needs.map((need, at) => (
          <li key={at}>{need}</li>
        ))}
      </ul>
    );
  }
  if (reading) return <Loading />;
  return (
    conflicts && (
      <p>
        <Status of="complete" word="Nothing at the moment" />
      </p>
    )
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
