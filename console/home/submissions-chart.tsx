import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, ask, type Schemas } from '../api/client';
import { useNow } from '../shared/clock';
import { DataTable, type Column } from '../shared/data-table';
import { useFormTitle } from '../shared/form-titles';
import { Loading, Problem } from '../shared/states';
import { duration, utcTime } from '../shared/time-words';
import { When } from '../shared/when';
import css from './home.module.css';

type Series = Schemas['OverviewSeriesView'];
type Bucket = Series['buckets'][number];

/** Into how many bars a range is divided. */
const BARS: Record<string, number> = { '15m': 15, '1h': 30, '24h': 48, '7d': 42, '30d': 30, '90d': 45 };

const KINDS = [
  ['received', 'Received'],
  ['recovered', 'Recovered: only a back-fill found it'],
  ['failed', 'Not accepted; Typeform retries it'],
] as const;

const COLUMNS: Column<Bucket>[] = [
  { title: 'From', cell: ({ at }) => utcTime(Date.parse(at)) },
  { title: 'Received', cell: ({ received }) => received, numeric: true },
  { title: 'Recovered', cell: ({ recovered }) => recovered, numeric: true },
  { title: 'Not accepted', cell: ({ failed }) => failed, numeric: true },
  { title: 'Repeats', cell: ({ duplicates }) => duplicates, numeric: true },
  { title: 'Refused', cell: ({ refused }) => refused, numeric: true },
];

export function SubmissionsChart({ range }: { range: string }) {
  const series = useQuery({
    queryKey: ['chart', range],
    queryFn: () =>
      ask(api.GET('/v1/overview/series', { params: { query: { window: range, buckets: BARS[range] ?? 30 } } })),
    staleTime: 30_000,
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  });
  if (series.isPending) return <Loading />;
  if (series.isError) return <Problem error={series.error} retry={() => void series.refetch()} />;
  return (
    <figure className="stack">
      <Chart of={series.data} range={range} />
      <Disabled of={series.data} />
      <VerifyNote of={series.data} />
      <details>
        <summary>As a table</summary>
        <DataTable label="Submissions over time" rows={series.data.buckets} columns={COLUMNS} keyOf={({ at }) => at} />
      </details>
    </figure>
  );
}

const WIDTH = 600;
const HEIGHT = 150;
const GAP = 0.25;
const heightOf = ({ received, recovered, failed }: Bucket): number => received + recovered + failed;

function Chart({ of: { since, until, buckets, disabled }, range }: { of: Series; range: string }) {
  const highest = Math.max(0, ...buckets.map(heightOf));
  const most = Math.max(1, highest);
  const total = buckets.reduce((sum, { received, recovered }) => sum + received + recovered, 0);
  const step = WIDTH / buckets.length;
  const [from, to] = [Date.parse(since), Date.parse(until)];
  const place = (at: number): number => ((Math.min(Math.max(at, from), to) - from) / (to - from)) * WIDTH;
  return (
    <>
      <figcaption className={css.legend}>
        {KINDS.map(([kind, word]) => (
          <span key={kind}>
            <Patch of={kind} />
            {word}
          </span>
        ))}
        {disabled.length > 0 && (
          <span>
            <Patch of="disabled" />A webhook was disabled
          </span>
        )}
        {highest > 0 && <span>highest bar: {highest.toLocaleString('en')}</span>}
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className={css.chart}
        role="img"
        aria-label={`${total} came in this range, at most ${highest} in one of ${buckets.length} bars`}
      >
        {disabled.map((period) => {
          const x = place(Date.parse(period.since));
          const end = period.until === null ? WIDTH : place(Date.parse(period.until));
          return (
            <rect
              key={`${period.webhookId}${period.since}`}
              data-disabled=""
              x={x}
              width={Math.max(end - x, 2)}
              y="0"
              height={HEIGHT}
              className={css.disabled}
            />
          );
        })}
        {[0, 0.5, 1].map((at) => (
          <line
            key={at}
            x1="0"
            x2={WIDTH}
            y1={HEIGHT * at}
            y2={HEIGHT * at}
            className={css.grid}
            vectorEffect="non-scaling-stroke"
          />
        ))}
        {buckets.map((bucket, at) => (
          <Bar key={bucket.at} of={bucket} x={at * step + (step * GAP) / 2} width={step * (1 - GAP)} most={most} />
        ))}
      </svg>
      <div className={css.axis} aria-hidden="true">
        <span>{range} ago</span>
        <span>now</span>
      </div>
    </>
  );
}

/** One stacked bar. */
function Bar({ of, x, width, most }: { of: Bucket; x: number; width: number; most: number }) {
  const parts = KINDS.map(([kind], at) => {
    const below = KINDS.slice(0, at).reduce((sum, [other]) => sum + of[other], 0);
    return { kind, height: (of[kind] / most) * HEIGHT, top: HEIGHT - ((below + of[kind]) / most) * HEIGHT };
  });
  return (
    <g>
      <title>{`${utcTime(Date.parse(of.at))}: ${of.received} received, ${of.recovered} recovered, ${of.failed} not accepted`}</title>
      {parts.map(({ kind, height, top }) => (
        <rect key={kind} x={x} width={width} y={top} height={height} className={css[kind]} />
      ))}
    </g>
  );
}

function Patch({ of }: { of: 'received' | 'recovered' | 'failed' | 'disabled' }) {
  return (
    <svg width="10" height="10" aria-hidden="true">
      <rect width="10" height="10" rx="2" className={css[of]} />
    </svg>
  );
}

/** How long ago it last delivered: it was disabled some time since then. */
function LastFor({ since }: { since: string }) {
  const seconds = Math.max(0, useNow() - Date.parse(since)) / 1000;
  return (
    <time dateTime={since} title={utcTime(Date.parse(since))}>
      {duration(seconds)}
    </time>
  );
}

/** `verify` cannot be told from others in the counts; what it leaves is its entry in the audit log. */
function VerifyNote({ of: { since, until } }: { of: Series }) {
  const runs = useQuery({
    queryKey: ['audit', 'verification', since],
    queryFn: () =>
      ask(api.GET('/v1/audit', { params: { query: { action: 'verification.removed', since, until, limit: 1 } } })),
    placeholderData: keepPreviousData,
  });
  const run = runs.data?.items[0];
  if (!run) return null;
  return (
    <p className="muted small">
      <code>verify</code> ran <When at={run.at} />. Its requests count in these bars and in the success rate, also those
      sent on purpose to reach the rate limit.
    </p>
  );
}

/** The marked periods in words. */
function Disabled({ of: { disabled } }: { of: Series }) {
  const titleOf = useFormTitle();
  if (disabled.length === 0) return null;
  return (
    <ul className="small">
      {disabled.map(({ webhookId, formId, since, until }) => (
        <li key={`${webhookId}${since}`}>
          <Link to="/webhooks/$webhookId" params={{ webhookId }}>
            {titleOf(formId)}
          </Link>
          :{' '}
          {until === null ? (
            <>
              disabled at Typeform within the last <LastFor since={since} />, not enabled yet
            </>
          ) : (
            <>
              disabled at Typeform <When at={since} /> at the earliest, enabled again <When at={until} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
