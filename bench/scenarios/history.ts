/** Whether accepting, claiming and listing get slower with the number of events ever stored. */
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source-options';
import { rolledBack, withQueryRunner } from '../../src/database/query-runner';
import { claimDue } from '../../src/inbox/inbox-work.repository';
import { RunningContender } from '../contenders/contender';
import { ADMIN_KEY } from '../contenders/start-service';
import { summarise } from '../load/latencies';
import type { ScenarioResult } from '../thresholds';
import type { BenchContext } from './bench-context';

const ACCEPT = { connections: 20, ratePerSecond: 100, seconds: 10 };
const WARM_UP = { connections: 20, events: 3_000, pace: { durationMs: 1_500 } };
const BATCH_EVENTS = 32;
const REPEATS = 50;
/** Enough for every list to fill a page. */
const FULL_PAGES_EVENTS = 50_000;
/** Rows are inserted this many at a time. */
const CHUNK_EVENTS = 250_000;
/** Small times are mostly noise: anything below this counts as this. */
const FLOOR_MS = 1;
const MAX_GROWTH = 2;

/**
 * Old events over a year, of 50 forms; one of 500 is dead. Their bodies are short: a body is stored out of line, so neither
 * accepting nor claiming nor listing another event reads it.
 */
const STORE = `
  INSERT INTO webhook_event (event_id, event_type, form_id, token, source, status, submitted_at, received_at, attempts,
                             first_attempt_at, processed_at, payload_bytes, payload)
  SELECT md5('event' || n), 'form_response', 'form' || n % 50, md5('token' || n), 'webhook',
         CASE WHEN n % 500 = 0 THEN 'dead' ELSE 'processed' END, at, at, 1, at, at, 32, decode(md5('body' || n), 'hex')
    FROM generate_series($1::integer, $2::integer) AS n,
         LATERAL (SELECT now() - interval '365 days' * random() AS at) AS time`;

/** Typical lists of an admin: the newest, an exceptional status, one form, one response, deep in the past. */
const LISTS: Record<string, string> = {
  'list newest': '',
  'list dead': '&status=dead',
  'list one form': '&formId=form7',
  'list one token': `&token=${'0'.repeat(32)}`,
  'list 300 days ago': '&until=',
};

type Costs = Record<string, number>;

/** The costs at 0, at 50,000 and at the wanted number of stored events; the verdict compares the last two. */
export async function measureHistory(context: BenchContext): Promise<ScenarioResult> {
  const { server, historyEvents, log } = context;
  return server.withDatabase(async (databaseUrl) => {
    const sizes = [0, FULL_PAGES_EVENTS, historyEvents];
    const costs: Costs[] = [];
    let stored = 0;
    for (const size of sizes) {
      await store(databaseUrl, stored, size, log);
      stored = size;
      costs.push(await measureCosts(context, databaseUrl));
    }
    const names = Object.keys(costs[0] ?? {});
    const costOf = (name: string, size: number): number => costs[size]?.[name] ?? Infinity;
    return {
      tables: [
        {
          title: 'Median cost in ms by the number of stored events',
          rows: [
            ['', ...sizes.map(String)],
            ...names.map((name) => [name, ...sizes.map((_, size) => costOf(name, size))]),
          ],
        },
      ],
      thresholds: names.map((name) => ({
        name: `${name}: ${historyEvents.toLocaleString('en')} against ${FULL_PAGES_EVENTS.toLocaleString('en')} stored events`,
        measured: Math.max(costOf(name, 2), FLOOR_MS) / Math.max(costOf(name, 1), FLOOR_MS),
        rule: 'below',
        bound: MAX_GROWTH,
        unit: 'x',
      })),
      measured: { sizes, costMs: costs },
    };
  });
}

/** Stores events until there are `until`, `from` of which are there already. */
async function store(databaseUrl: string, from: number, until: number, log: (line: string) => void): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (let first = from + 1; first <= until; first += CHUNK_EVENTS) {
      const last = Math.min(until, first + CHUNK_EVENTS - 1);
      await client.query(STORE, [first, last]);
      log(`${last} of ${until} events stored`);
    }
    // What autovacuum would have done over a year.
    await client.query('VACUUM ANALYZE webhook_event');
    await client.query('CHECKPOINT').catch(() => undefined);
  } finally {
    await client.end();
  }
}

async function measureCosts({ generator, server, log }: BenchContext, databaseUrl: string): Promise<Costs> {
  const service = await RunningContender.start({ module: 'service', workerMode: 'intake' }, databaseUrl);
  try {
    await generator.run({ ...WARM_UP, port: service.port });
    await server.settle();
    log('accepting');
    const { latencyMs } = await generator.run({
      port: service.port,
      connections: ACCEPT.connections,
      events: ACCEPT.ratePerSecond * ACCEPT.seconds,
      pace: { ratePerSecond: ACCEPT.ratePerSecond },
    });
    log('claiming');
    const claim = await measureClaim(databaseUrl);
    log('listing');
    return { accept: latencyMs.p50, [`claim ${BATCH_EVENTS}`]: claim, ...(await measureLists(service.port)) };
  } finally {
    await service.stop();
  }
}

/** Claims a batch as the processor does; rolled back, so that every repetition finds the same. */
async function measureClaim(databaseUrl: string): Promise<number> {
  const dataSource = await new DataSource(dataSourceOptions(databaseUrl, 2)).initialize();
  try {
    return await withQueryRunner(dataSource, (runner) =>
      medianOf(async () => {
        const { events } = await rolledBack(runner, () =>
          claimDue(runner.manager, { status: 'pending', limit: BATCH_EVENTS, except: [] }),
        );
        if (events.length < BATCH_EVENTS) throw new Error('there was nothing to claim');
      }),
    );
  } finally {
    await dataSource.destroy();
  }
}

async function measureLists(port: number): Promise<Costs> {
  const costs: Costs = {};
  const past = new Date(Date.now() - 300 * 24 * 3_600_000).toISOString();
  for (const [name, query] of Object.entries(LISTS)) {
    const url = `http://127.0.0.1:${port}/v1/deliveries?limit=50${query}${query.endsWith('=') ? past : ''}`;
    costs[name] = await medianOf(async () => {
      const response = await fetch(url, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
      if (!response.ok) throw new Error(`${name} was answered ${response.status}`);
      await response.arrayBuffer();
    });
  }
  return costs;
}

async function medianOf(work: () => Promise<void>): Promise<number> {
  const samplesMs: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const startedAt = performance.now();
    await work();
    samplesMs.push(performance.now() - startedAt);
  }
  return summarise(samplesMs).p50;
}
