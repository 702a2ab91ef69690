import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ask, type Schemas } from '../api/client';
import { Choice, useFilters } from '../shared/filters';
import { useRenewal } from '../shared/live-updates';
import { Screen, Section } from '../shared/screen';
import { Problem } from '../shared/states';
import { duration } from '../shared/time-words';
import { When } from '../shared/when';
import { stateWord } from '../shared/status';
import { Completeness } from './completeness';
import { FirstSteps } from './first-steps';
import css from './home.module.css';
import { NeedsYou } from './needs-you';
import { SubmissionsChart } from './submissions-chart';

const RANGES = [
  ['15m', 'Last 15 minutes'],
  ['1h', 'Last hour'],
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
  ['90d', 'Last 90 days'],
] as const;

/** Is anything lost, is all well? */
export function HomeScreen() {
  const [filters, setFilters] = useFilters();
  const range = RANGES.find(([each]) => each === filters.range)?.[0] ?? '24h';
  const overview = useQuery({
    queryKey: ['overview', range],
    queryFn: () => ask(api.GET('/v1/overview', { params: { query: { window: range } } })),
    refetchInterval: Number(useRenewal()) || 30_000,
    placeholderData: keepPreviousData,
  });
  return (
    <Screen
      title="Home"
      about={
        overview.data && (
          <>
            As of <When at={overview.data.observedAt} />
          </>
        )
      }
      actions={
        <Choice label="Range" value={range} options={RANGES} onChange={(value) => setFilters({ range: value })} />
      }
    >
      <FirstSteps />
      {overview.isError && <Problem error={overview.error} retry={() => void overview.refetch()} />}
      {(overview.data || overview.isPending) && <NeedsYou overview={overview.data} />}
      {overview.data && <Numbers of={overview.data} />}
      <Completeness />
      <Section title="Submissions over time">
        <SubmissionsChart range={range} />
      </Section>
    </Screen>
  );
}

/** `98.5%`. Rounded down: a rate below the gate's limit must not look as if it reached it, nor 99.99 % as if nothing failed. */
const successPercent = (rate: number): string =>
  rate === 1 ? '100%' : `${(Math.floor(rate * 1000) / 10).toFixed(1)}%`;

function Numbers({
  of: { intake, deliveries, inbox, recovered, webhooks, typeform },
}: {
  of: Schemas['OverviewView'];
}) {
  const brought = Object.values(deliveries).reduce((sum, count) => sum + count, 0);
  const waiting = inbox.filter(({ status }) => status === 'pending' || status === 'retrying');
  const queue = waiting.reduce((sum, { count }) => sum + count, 0);
  const oldest = Math.max(0, ...waiting.map(({ oldestAgeSeconds }) => oldestAgeSeconds ?? 0));
  const registered = Object.entries(webhooks).reduce(
    (sum, [status, count]) => sum + (status === 'removed' ? 0 : count),
    0,
  );
  const states = Object.entries(webhooks)
    .filter(([status, count]) => !['in_sync', 'removed'].includes(status) && count > 0)
    .map(([status, count]) => `${stateWord(status)}: ${count}`)
    .join(', ');
  const inWords = (counts: Record<string, number>): string =>
    Object.entries(counts)
      .filter(([status, count]) => status === 'processed' || count > 0)
      .map(([status, count]) => `${count.toLocaleString('en')} ${stateWord(status).toLowerCase()}`)
      .join(', ');
  const ms = (value: number | null): string => (value === null ? '–' : `${Math.ceil(value)} ms`);
  const numbers: readonly (readonly [name: string, value: string, more: string])[] = [
    ['Deliveries', brought.toLocaleString('en'), inWords(deliveries)],
    [
      'Success rate',
      intake.successRate === null ? '–' : successPercent(intake.successRate),
      'webhooks committed and answered with 200',
    ],
    ['Answered in', ms(intake.ackMs.p50), intake.ackMs.p95 === null ? '' : `95% within ${ms(intake.ackMs.p95)}`],
    ['Recovered', recovered.toLocaleString('en'), recovered > 0 ? 'missed by the webhooks' : 'no webhook was lost'],
    ['Waiting', queue.toLocaleString('en'), queue > 0 ? `the oldest for ${duration(oldest)}` : 'nothing is waiting'],
    [
      'Webhooks in sync',
      `${webhooks.in_sync ?? 0} of ${registered}`,
      states || (typeform.compliance === null ? 'no calls to Typeform' : `${typeform.calls} calls to Typeform`),
    ],
  ];
  return (
    <dl className={css.numbers}>
      {numbers.map(([name, value, more]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <span className={css.value}>{value}</span>
            {more && <span className={css.more}>{more}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
