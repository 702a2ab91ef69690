/** How fast expired submissions are removed, and whether acknowledgements take longer meanwhile. */
import { Client } from 'pg';
import { RunningContender } from '../contenders/contender';
import type { LoadResult } from '../load/load-result';
import type { ScenarioResult } from '../thresholds';
import type { BenchContext } from './bench-context';

const RATE_PER_SECOND = 100;
const CONNECTIONS = 20;
const WARM_UP = { connections: CONNECTIONS, events: 3_000, pace: { ratePerSecond: 400 } };
const ROUNDS = 4;
const CHUNK_EVENTS = 100_000;
/** An hour for a million. */
const MIN_REMOVED_PER_SECOND = 280;
const MAX_GROWTH = 2;
/** Differences below this are noise. */
const FLOOR_MS = 10;
const FORM_ID = 'expired';
const SUBMITTED_AT = `now() - interval '400 days' - interval '30 seconds' * n`;
const CLIENT_ID = `overlay(overlay(md5('client' || n / 2) PLACING '4' FROM 13) PLACING '8' FROM 17)::uuid`;
const PHONE = `'+1202' || lpad((n / 2)::text, 7, '0')`;

/** Two expired responses of each person, each with its event. */
const STORE = [
  `INSERT INTO webhook_event (event_id, event_type, form_id, token, source, status, submitted_at, received_at, attempts,
                              first_attempt_at, processed_at, payload_bytes, payload)
   SELECT 'expired' || n, 'form_response', '${FORM_ID}', md5('token' || n), 'webhook', 'processed', at, at, 1, at, at, 640,
          convert_to((SELECT string_agg(md5(n || 'part' || part), '') FROM generate_series(1, 20) AS part), 'utf8')
     FROM generate_series($1::integer, $2::integer) AS n, LATERAL (SELECT ${SUBMITTED_AT} AS at) AS time`,
  `INSERT INTO client (id, email, phone, identifiers, conflict, search_text, created_at, updated_at)
   SELECT ${CLIENT_ID}, 'expired' || n / 2 || '@example.com', ${PHONE}, '{}', false, 'expired' || n / 2 || '@example.com', now(), now()
     FROM generate_series($1::integer, $2::integer) AS n ON CONFLICT DO NOTHING`,
  `INSERT INTO form_response (form_id, token, event_id, response_type, test, submitted_at, received_at, effective_at, answers,
                              hidden, variables, identifiers, client_id, email_key, phone_key, search_text, created_at, updated_at, keyed_at)
   SELECT '${FORM_ID}', md5('token' || n), 'expired' || n, 'completed', false, at, at, at, '[]', '{}', '[]', '{}', ${CLIENT_ID},
          'expired' || n / 2 || '@example.com', ${PHONE}, 'expired' || n / 2 || '@example.com', at, at, at
     FROM generate_series($1::integer, $2::integer) AS n, LATERAL (SELECT ${SUBMITTED_AT} AS at) AS time`,
];
const QUEUE = `
  INSERT INTO job (kind, status, params, created_by, due_at, created_at)
  VALUES ('retention', 'queued', '{"formId":"${FORM_ID}"}', 'retention', now(), now())`;

interface Round {
  removing: boolean;
  load: LoadResult;
  removedPerSecond: number;
}

/** The same webhooks with the removal at work and with it switched off, by turns, on one database. */
export async function measureRetention({
  server,
  generator,
  quick,
  historyEvents,
  log,
}: BenchContext): Promise<ScenarioResult> {
  const seconds = quick ? 8 : 15;
  const rounds = await server.withDatabase(async (databaseUrl) => {
    const database = new Client({ connectionString: databaseUrl });
    await database.connect();
    await store(database, historyEvents, log);
    const service = await RunningContender.start({ module: 'service', workerMode: 'all' }, databaseUrl);
    try {
      log('warming up');
      await generator.run({ ...WARM_UP, port: service.port });
      await server.settle();
      const all: Round[] = [];
      for (let n = 0; n < 2 * ROUNDS; n += 1) {
        const removing = n % 2 === 1;
        await switchRemoval(database, removing);
        const before = await count(database);
        const startedAt = performance.now();
        const load = await generator.run({
          port: service.port,
          connections: CONNECTIONS,
          events: RATE_PER_SECOND * seconds,
          pace: { ratePerSecond: RATE_PER_SECOND },
        });
        const removed = before - (await count(database));
        const round = { removing, load, removedPerSecond: (removed * 1_000) / (performance.now() - startedAt) };
        log(
          `${removing ? 'removing' : 'idle'}: p50/p99 ${load.latencyMs.p50.toFixed(1)} / ${load.latencyMs.p99.toFixed(1)} ms, ${round.removedPerSecond.toFixed(0)}/s`,
        );
        all.push(round);
      }
      return all;
    } finally {
      await service.stop();
      await database.end();
    }
  });
  const median = (removing: boolean, of: (round: Round) => number): number =>
    rounds
      .filter((round) => round.removing === removing)
      .map(of)
      .sort((a, b) => a - b)[ROUNDS / 2] ?? NaN;
  const p99 = (removing: boolean): number => median(removing, ({ load }) => load.latencyMs.p99);
  const perSecond = median(true, (round) => round.removedPerSecond);
  return {
    tables: [
      {
        title: `${RATE_PER_SECOND} webhooks/s beside the removal of ${historyEvents.toLocaleString('en')} expired submissions; latency in ms`,
        rows: [
          ['removal', 'sent', 'refused', 'p50', 'p99', 'max', 'removed/s'],
          ...rounds.map(({ removing, load: { sent, refused, latencyMs }, removedPerSecond }) => [
            removing ? 'at work' : 'off',
            sent,
            refused,
            latencyMs.p50,
            latencyMs.p99,
            latencyMs.max,
            Math.round(removedPerSecond),
          ]),
        ],
      },
    ],
    thresholds: [
      {
        name: 'expired submissions removed',
        measured: perSecond,
        rule: 'atLeast',
        bound: MIN_REMOVED_PER_SECOND,
        unit: '/s',
      },
      {
        name: 'median p99 with the removal against without',
        measured: Math.max(p99(true), FLOOR_MS) / Math.max(p99(false), FLOOR_MS),
        rule: 'below',
        bound: MAX_GROWTH,
        unit: 'x',
      },
    ],
    measured: rounds.map(({ load: { acknowledged, ...load }, ...round }) => ({
      ...round,
      ...load,
      acknowledged: acknowledged.length,
    })),
  };
}

async function store(database: Client, events: number, log: (line: string) => void): Promise<void> {
  await database.query(
    `INSERT INTO onboarding_form (form_id, response_count, expired_before, created_at, updated_at)
     VALUES ('${FORM_ID}', $1, now() - interval '1 day', now(), now())`,
    [events],
  );
  for (let first = 0; first < events; first += CHUNK_EVENTS) {
    for (const sql of STORE) await database.query(sql, [first, Math.min(events, first + CHUNK_EVENTS) - 1]);
    log(`${Math.min(events, first + CHUNK_EVENTS)} expired submissions stored`);
  }
  await database.query('VACUUM (ANALYZE)');
}

/** The job reads how long the form keeps its submissions before each step, and ends when that is for ever. */
async function switchRemoval(database: Client, on: boolean): Promise<void> {
  await database.query('UPDATE onboarding_form SET retention_days = $1 WHERE form_id = $2', [on ? 1 : 0, FORM_ID]);
  if (on) await database.query(QUEUE);
  const isRunning = async (): Promise<boolean> => {
    const { rows } = await database.query<{ running: boolean }>(
      `SELECT EXISTS (SELECT FROM job WHERE kind = 'retention' AND status = 'running' AND finished_at IS NULL) AS running`,
    );
    return rows[0]?.running === true;
  };
  while ((await isRunning()) !== on) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function count(database: Client): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    'SELECT response_count AS count FROM onboarding_form WHERE form_id = $1',
    [FORM_ID],
  );
  return rows[0]?.count ?? 0;
}
