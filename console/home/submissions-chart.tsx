import { useQuery } from '@tanstack/react-query';
import { api, ask } from '../api/client';
import { Loading, Problem } from '../shared/states';
import css from './home.module.css';

/** Into how many bars a range is divided, and how many minutes each stands for. */
const BARS: Record<string, readonly [bars: number, minutes: number]> = {
  '15m': [3, 5],
  '1h': [12, 5],
  '24h': [12, 120],
  '7d': [14, 720],
  '30d': [15, 2_880],
  '90d': [15, 8_640],
};

interface Counts {
  received: number;
  recovered: number;
  failed: number;
}

/**
 * The service tells what came in since a moment; what lies between two such moments is their difference. One after the other, so that
 * a long range does not load the database at once. Oldest first.
 */
async function countBars(range: string): Promise<Counts[]> {
  const [bars, minutes] = BARS[range] ?? [12, 120];
  const result: Counts[] = [];
  let newer: Counts = { received: 0, recovered: 0, failed: 0 };
  for (let bar = 1; bar <= bars; bar++) {
    const window = `${bar * minutes}m`;
    const { deliveries, recovered } = await ask(api.GET('/v1/overview', { params: { query: { window } } }));
    const since: Counts = {
      received: Object.values(deliveries).reduce((sum, count) => sum + count, 0),
      recovered,
      failed: (deliveries.dead ?? 0) + (deliveries.retrying ?? 0),
    };
    result.unshift({
      received: Math.max(0, since.received - newer.received),
      recovered: Math.max(0, since.recovered - newer.recovered),
      failed: Math.max(0, since.failed - newer.failed),
    });
    newer = since;
  }
  return result;
}

const WIDTH = 600;
const HEIGHT = 150;
const GAP = 0.25;

export function SubmissionsChart({ range }: { range: string }) {
  const bars = useQuery({
    queryKey: ['chart', range],
    queryFn: () => countBars(range),
    staleTime: 60_000,
    refetchInterval: 120_000,
  });
  if (bars.isPending) return <Loading />;
  if (bars.isError) return <Problem error={bars.error} retry={() => void bars.refetch()} />;
  const most = Math.max(1, ...bars.data.map(({ received }) => received));
  const total = bars.data.reduce((sum, { received }) => sum + received, 0);
  const step = WIDTH / bars.data.length;
  const scale = (count: number): number => (count / most) * HEIGHT;
  return (
    <figure className="stack">
      <figcaption className={css.legend}>
        {(['received', 'recovered', 'failed'] as const).map((kind) => (
          <span key={kind}>
            <svg width="10" height="10" aria-hidden="true">
              <rect width="10" height="10" rx="2" className={css[kind]} />
            </svg>
            {kind === 'received'
              ? 'Received'
              : kind === 'recovered'
                ? 'of these, by a back-fill'
                : 'of these, failed so far'}
          </span>
        ))}
        <span>highest bar: {most.toLocaleString('en')}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className={css.chart}
        role="img"
        aria-label={`${total} received in this range, at most ${most} in one of ${bars.data.length} bars`}
      >
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
        {bars.data.map(({ received, recovered, failed }, at) => {
          const x = at * step + (step * GAP) / 2;
          const width = step * (1 - GAP);
          return (
            <g key={at}>
              <title>{`${received} received, ${recovered} recovered, ${failed} failed so far`}</title>
              <rect
                x={x}
                width={width}
                y={HEIGHT - scale(received)}
                height={scale(received)}
                className={css.received}
              />
              <rect
                x={x}
                width={width}
                y={HEIGHT - scale(recovered)}
                height={scale(recovered)}
                className={css.recovered}
              />
              <rect x={x} width={width / 2} y={HEIGHT - scale(failed)} height={scale(failed)} className={css.failed} />
            </g>
          );
        })}
      </svg>
      <div className={css.axis} aria-hidden="true">
        <span>{range} ago</span>
        <span>now</span>
      </div>
    </figure>
  );
}
