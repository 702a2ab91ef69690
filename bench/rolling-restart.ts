/** `npm run rolling-restart`: restarts two replicas behind nginx, one after the other, under load. No webhook may fail. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { Command } from 'commander';
import { freePort } from '../test/support/free-port';
import { BenchServer } from './bench-server';
import { openConnections } from './load/connection';
import { runOpenLoop, Sample } from './load/open-loop';
import { RequestRenderer, SIGNING_SECRET } from './load/requests';
import { formatTable } from './report';
import { Nginx } from './rolling-restart/nginx';
import { Phase, PhaseResult, summarisePhases } from './rolling-restart/phases';
import { Replica, Restart } from './rolling-restart/replica';

const RATE_PER_SECOND = 200;
/** Enough that a slow second does not slow down the load. */
const CONNECTIONS = 100;
const STEADY_MS = 4_000;
/** The load ends with the last phase; this limit is for a machine that makes no progress. */
const MAX_SECONDS = 150;

interface Outcome {
  phases: PhaseResult[];
  restarts: Restart[];
  sent: number;
  acknowledged: number;
  failed: number;
  retried: number;
  /** Acknowledged events with exactly one row, and with a second arrival (a retry of one that was committed already). */
  stored: number;
  arrivedTwice: number;
}

async function run(log: (line: string) => void): Promise<Outcome> {
  log('Starting PostgreSQL');
  const server = await BenchServer.start(process.env.TEST_DATABASE_URL || undefined);
  try {
    log(server.description);
    return await server.withDatabase((databaseUrl) => withReplicas(databaseUrl, log));
  } finally {
    await server.stop();
  }
}

async function withReplicas(databaseUrl: string, log: (line: string) => void): Promise<Outcome> {
  const environment = settings(databaseUrl);
  const replicas = [
    new Replica('replica 1', await freePort(), await freePort(), environment),
    new Replica('replica 2', await freePort(), await freePort(), environment),
  ] as const;
  let nginx: Nginx | null = null;
  try {
    log('Starting two replicas and nginx');
    await Promise.all(replicas.map((replica) => replica.start()));
    nginx = await Nginx.start(await freePort(), await freePort(), [replicas[0].port, replicas[1].port]);
    return await underLoad(databaseUrl, replicas, nginx, log);
  } finally {
    await nginx?.stop();
    await Promise.all(replicas.map((replica) => replica.stop()));
  }
}

async function underLoad(
  databaseUrl: string,
  replicas: readonly Replica[],
  nginx: Nginx,
  log: (line: string) => void,
): Promise<Outcome> {
  const samples: Sample[] = [];
  const phases: Phase[] = [];
  const restarts: Restart[] = [];
  const begin = (name: string): void => {
    phases.push({ name, beganAt: performance.now() });
    log(`${name}, at ${RATE_PER_SECOND} requests/s`);
  };
  const requests = new RequestRenderer(new Date()).render(0, RATE_PER_SECOND * MAX_SECONDS);
  const connections = await openConnections(nginx.port, CONNECTIONS);
  const stop = new AbortController();
  begin('both running');
  const load = runOpenLoop(connections, requests, RATE_PER_SECOND, {
    onAnswer: (sample) => samples.push(sample),
    signal: stop.signal,
  });
  try {
    await delay(STEADY_MS);
    for (const replica of replicas) {
      begin(`restarting ${replica.name}`);
      restarts.push(await replica.restart());
      begin('both running');
      await delay(STEADY_MS);
    }
  } finally {
    stop.abort();
  }
  const { sent, acknowledged, refused } = await load;
  const endedAt = performance.now();
  for (const connection of connections) connection.close();
  const results = summarisePhases(phases, endedAt, samples, nginx.passages());
  return {
    phases: results,
    restarts,
    sent,
    acknowledged: acknowledged.length,
    failed: refused,
    retried: results.reduce((sum, { retried }) => sum + retried, 0),
    ...(await lookUp(databaseUrl, acknowledged)),
  };
}

/** How many of the acknowledged events have their row, and how many arrived a second time. */
async function lookUp(databaseUrl: string, ids: readonly string[]): Promise<{ stored: number; arrivedTwice: number }> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ stored: number; twice: number }>(
      `SELECT count(*)::integer AS stored, count(*) FILTER (WHERE duplicates > 0)::integer AS twice
         FROM webhook_event WHERE event_id = ANY($1)`,
      [ids],
    );
    return { stored: rows[0]?.stored ?? 0, arrivedTwice: rows[0]?.twice ?? 0 };
  } finally {
    await client.end();
  }
}

/** Of a production deployment; both replicas share them. */
function settings(databaseUrl: string): Record<string, string> {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    PUBLIC_URL: 'https://onboarding.example.com',
    TYPEFORM_API_KEY: 'tfp_0123456789_example',
    TYPEFORM_WEBHOOK_SECRET: SIGNING_SECRET,
    ADMIN_API_KEY: randomBytes(32).toString('base64'),
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    TRUST_PROXY: 'loopback',
    // All load comes from one address.
    THROTTLE_LIMIT: '1000000',
    RECONCILE_INTERVAL_SECONDS: '0',
  };
}

function format({ phases, restarts, ...total }: Outcome): string {
  const rows = phases.map(({ name, seconds, sent, acknowledged, failed, retried, latencyMs }) => [
    name,
    seconds,
    sent,
    acknowledged,
    failed,
    retried,
    latencyMs?.p50 ?? '-',
    latencyMs?.p99 ?? '-',
    latencyMs?.max ?? '-',
  ]);
  const head = ['', 'seconds', 'sent', 'acknowledged', 'failed', 'retried by nginx', 'p50 ms', 'p99 ms', 'max ms'];
  const lines = restarts.map(
    ({ stopMs, startMs }, index) =>
      `replica ${index + 1}: ended ${Math.round(stopMs)} ms after SIGTERM, ready ${Math.round(startMs)} ms after its start`,
  );
  return [
    formatTable({ title: 'Rolling restart of two replicas behind nginx', rows: [head, ...rows] }),
    ...lines,
    `sent ${total.sent}, acknowledged ${total.acknowledged}, failed ${total.failed}, retried by nginx ${total.retried}, ` +
      `stored once ${total.stored}, arrived twice ${total.arrivedTwice}\n`,
  ].join('\n');
}

async function main(): Promise<void> {
  const { json } = new Command('npm run rolling-restart --')
    .description(
      'Restarts two replicas behind nginx (Debian package nginx-light) under 200 signed webhooks a second, one after the other.\n' +
        'Starts its own PostgreSQL, or uses the server at TEST_DATABASE_URL. Exit code: 0 no webhook failed and each is\n' +
        'stored, 1 otherwise, 2 usage.',
    )
    .option('--json', 'print the results as JSON instead of a table', false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse()
    .opts<{ json: boolean }>();
  const outcome = await run((line) => void process.stderr.write(`${line}\n`));
  process.stdout.write(json ? `${JSON.stringify(outcome)}\n` : format(outcome));
  process.exitCode = outcome.failed === 0 && outcome.stored === outcome.acknowledged ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`The rolling restart failed: ${error instanceof Error ? error.message : 'unknown error'}\n`);
  process.exitCode = 1;
});
