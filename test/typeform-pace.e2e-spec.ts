/** The pace over three replicas on one database, as the server that receives the calls sees it. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { ApiCall } from '../sandbox/api/call-log';
import type { TypeformSandbox } from '../sandbox/sandbox';
import type { DomainError } from '../src/core/problem';
import { INTERACTIVE_WAIT_LIMIT_MS } from '../src/typeform/pace/typeform-pace';
import { createTestDatabase, TestDatabase } from './support/database';
import { eventually } from './support/eventually';
import { RECORD_TURNS } from './support/recorded-turns';
import { startSandbox } from './support/sandbox-harness';
import { spawnCompiled } from './support/spawn-compiled';
import { startReplica, TypeformReplica } from './support/typeform-replica';

const interactive = { priority: 'interactive' } as const;
const background = { priority: 'background' } as const;

let database: TestDatabase;
let sandbox: TypeformSandbox;
let replicas: [TypeformReplica, TypeformReplica, TypeformReplica];
let formId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(RECORD_TURNS);
  // The sandbox keeps to Typeform's limit: it answers 429 to what is too fast.
  sandbox = await startSandbox({ rateLimitPerSecond: 2 });
  const start = () => startReplica(database.url, sandbox.url);
  replicas = [await start(), await start(), await start()];
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await sandbox.stop();
  await database.drop();
});
beforeEach(async () => {
  sandbox.control.reset();
  formId = sandbox.control.forms()[0]!.id;
  await nextTurnIn(0);
  await database.pool.query('DELETE FROM typeform_call; DELETE FROM turn');
});

/** Lets the next turn be free in this many milliseconds, with nobody in line. */
async function nextTurnIn(ms: number): Promise<void> {
  await database.pool.query(
    `UPDATE typeform_pace
        SET next_free_at = clock_timestamp() + $1 * interval '1 ms', refusals = 0, first_waiter = NULL`,
    [ms],
  );
}

/** What the receiver saw, in order. */
async function received(): Promise<ApiCall[]> {
  const stats = (await (await fetch(`${sandbox.url}/sandbox/stats`)).json()) as { api: { calls: ApiCall[] } };
  return stats.api.calls;
}

/** The most calls in any window of this length. */
function busiest(calls: readonly { atMs: number }[], windowMs: number): number {
  return Math.max(...calls.map(({ atMs }) => calls.filter((c) => c.atMs >= atMs && c.atMs < atMs + windowMs).length));
}

/** The order in which calls of these names (used as tags) arrived. */
const arrivals = async (): Promise<string[]> => (await received()).map(({ url }) => url.split('/').at(-1) ?? '');

/** Resolves when somebody waits for a turn. */
const somebodyWaits = (who = 'first_waiter IS NOT NULL') =>
  eventually(async () => {
    const { rows } = await database.pool.query(`SELECT FROM typeform_pace WHERE ${who}`);
    return rows.length > 0;
  }, 'somebody waits');

/** When requests left for the sandbox, as the runtime's fetch tells it: all replicas are in this process. */
function watchSends(): { sentAt: number[]; stop: () => void } {
  const sentAt: number[] = [];
  const seen = (message: unknown): void => {
    const { origin, path } = (message as { request: { origin: string; path: string } }).request;
    if (String(origin) === sandbox.url && path.startsWith('/forms')) sentAt.push(performance.now());
  };
  subscribe('undici:client:sendHeaders', seen);
  return { sentAt, stop: () => unsubscribe('undici:client:sendHeaders', seen) };
}

it('however late calls are sent in their turns, no more than 2 are sent in any second', async () => {
  const change = { url: 'https://hooks.example.com', enabled: true };
  // When a call leaves is what counts here. On a busy machine it may arrive beside the next one, which Typeform would refuse.
  sandbox.control.configure({ rateLimitPerSecond: 100 });
  // A decision takes time, the process stands still, or a connection has to be made first.
  const lateMs = [240, 0, 0, 180, 240, 0, 60, 0, 700, 0, 0, 30, 0];
  const sends = watchSends();
  try {
    await Promise.all(
      lateMs.map((ms, at) => {
        const decide = async () => {
          if (at % 2 === 1) stand(ms);
          else await database.pool.query('SELECT pg_sleep($1)', [ms / 1000]);
          return change;
        };
        return replicas[at % 3]!.api.putWebhook(formId, `late-${at}`, decide, background);
      }),
    );
  } finally {
    sends.stop();
  }
  const { sentAt } = sends;
  expect(sentAt).toHaveLength(lateMs.length);
  expect(Math.min(...sentAt.slice(2).map((at, index) => at - sentAt[index]!))).toBeGreaterThanOrEqual(1_000);
  // And not many fewer: what is late costs as much as it is late.
  const { rows } = await database.pool.query<{ gap: number }>(
    `SELECT percentile_cont(0.2) WITHIN GROUP (ORDER BY gap) AS gap FROM
       (SELECT extract(epoch FROM taken_at - lag(taken_at) OVER (ORDER BY taken_at)) * 1000 AS gap FROM turn) AS gaps`,
  );
  expect(rows[0]!.gap).toBeLessThan(900);
});

/** Keeps the whole process busy. */
function stand(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('three replicas under load never send more than 2 calls a second, and know what they sent', async () => {
  const work = replicas.flatMap(({ api }) => Array.from({ length: 7 }, () => api.listWebhooks(formId, background)));
  const sends = watchSends();
  await Promise.all(work).finally(sends.stop);
  expect(Math.min(...sends.sentAt.slice(1).map((at, index) => at - sends.sentAt[index]!))).toBeGreaterThanOrEqual(500);
  const answers = (await received()).map(({ status }) => status);
  // On a busy machine a call may arrive late and beside the next one; it is refused, and sent again.
  expect(answers.filter((status) => status === 200)).toHaveLength(21);
  expect(answers.filter((status) => status !== 200 && status !== 429)).toEqual([]);
  const { rows: turns } = await database.pool.query<{ atMs: number }>(
    'SELECT (extract(epoch FROM taken_at) * 1000)::float8 AS "atMs" FROM turn ORDER BY taken_at',
  );
  expect(turns).toHaveLength(answers.length);
  expect(Math.min(...turns.slice(1).map(({ atMs }, at) => atMs - turns[at]!.atMs))).toBeGreaterThanOrEqual(500);
  const { rows: calls } = await database.pool.query<{ atMs: number }>(
    'SELECT (extract(epoch FROM sent_at) * 1000)::float8 AS "atMs" FROM typeform_call',
  );
  expect(calls).toHaveLength(answers.length);
  const summary = await replicas[0].stats.summary(3_600_000);
  expect(summary).toMatchObject({ calls: answers.length, interactive: 0, rateLimited: answers.length - 21 });
  expect(Math.abs(summary.maxPer10Seconds - busiest(calls, 10_000))).toBeLessThanOrEqual(1);
  // Twenty turns went before the last one.
  expect(summary.waitMs?.max).toBeGreaterThan(9_500);
});

/**
 * Lets calls stand in line, all of them before the next turn is free, and waits for their answers. On a machine too busy for that
 * they were not in line together: they stand in line again, with more time.
 */
async function inLine(firstTryMs: number, calls: (waiting: Promise<unknown>[]) => Promise<void>): Promise<void> {
  for (let ms = firstTryMs; ; ms = Math.min(2 * ms, INTERACTIVE_WAIT_LIMIT_MS - 1_000)) {
    sandbox.control.reset();
    await nextTurnIn(ms);
    const waiting: Promise<unknown>[] = [];
    await calls(waiting);
    const { rows } = await database.pool.query('SELECT FROM typeform_pace WHERE next_free_at > clock_timestamp()');
    const inTime = rows.length > 0 && (await received()).length === 0;
    await Promise.all(waiting);
    if (inTime) return;
  }
}

it('a person overtakes what waits in the background of every replica', async () => {
  const [first, second, third] = replicas;
  await inLine(2_000, async (waiting) => {
    for (const { api } of [first, second]) {
      waiting.push(...[1, 2].map((n) => api.getWebhook(formId, `b${n}`, background)));
    }
    await somebodyWaits();
    waiting.push(third.api.getWebhook(formId, 'person', interactive));
    waiting.push(second.api.getWebhook(formId, 'person-here', interactive));
    await somebodyWaits('first_interactive');
  });
  expect((await arrivals()).slice(0, 2).sort()).toEqual(['person', 'person-here']);
});

it('among equals the one that has waited longest goes first, whatever its replica', async () => {
  const [first, second, third] = replicas;
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  await inLine(3_000, async (waiting) => {
    for (const [at, tag] of names.entries()) {
      const { api } = [third, first, first, second, third, second][at]!;
      waiting.push(api.getWebhook(formId, tag, background));
      // Far enough apart for how exactly replicas can tell how long each has waited.
      await database.pool.query('SELECT pg_sleep(0.3)');
    }
  });
  expect(await arrivals()).toEqual(names);
});

it('a replica that is killed while it goes first holds nobody up', async () => {
  const files = ['typeform-pace.repository', 'typeform-pace', 'typeform-call.entity', 'turn-queue'];
  const paths = files.map((file) => `src/typeform/pace/${file}.ts`);
  const program = 'test/support/typeform-waiter-program.ts';
  const doomed = spawnCompiled(
    [program, ...paths, 'src/database/nudgeable-sleep.ts', 'src/core/problem.ts', 'src/config/app-config.ts'],
    [database.url],
  );
  try {
    // However long the process takes to start, no turn is free before it waits for one.
    await eventually(async () => {
      const { rows } = await database.pool.query<{ first_waiter: string | null }>(
        `UPDATE typeform_pace SET next_free_at = CASE WHEN first_waiter IS NULL THEN clock_timestamp() + interval '8 s'
           ELSE next_free_at END RETURNING first_waiter`,
      );
      return rows[0]!.first_waiter !== null;
    }, 'the replica waits for a turn');
  } finally {
    doomed.kill('SIGKILL');
  }
  const waiting = replicas[0].api.listWebhooks(formId, background);
  await once(doomed, 'exit');
  // Its place in line is still there.
  await somebodyWaits();
  await database.pool.query(`UPDATE typeform_pace SET first_until = first_until - (next_free_at - clock_timestamp()),
    next_free_at = clock_timestamp()`);
  // Wakes the one that waits, which else sleeps until the time it was told.
  await Promise.all([replicas[0].api.countForms(interactive), waiting]);
});

it('a turn that reached its replica late is used, and moves the next one', async () => {
  const blocker = await database.pool.connect();
  const asked = performance.now();
  let calls: Promise<unknown>;
  const sends = watchSends();
  try {
    await blocker.query('BEGIN; SELECT FROM typeform_pace FOR UPDATE');
    calls = Promise.all([replicas[0], replicas[0]].map(({ api }) => api.listWebhooks(formId, background)));
    await eventually(async () => {
      const { rows } = await database.pool.query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`);
      return rows.length > 0;
    }, 'the replica waits for the row');
    await blocker.query('SELECT pg_sleep(0.3); COMMIT');
  } finally {
    blocker.release(true);
  }
  await calls.finally(sends.stop);
  const [first, second] = sends.sentAt as [number, number];
  expect(first - asked).toBeGreaterThan(290);
  expect(second - first).toBeGreaterThanOrEqual(500);
  expect(await received()).toHaveLength(2);
});

it('after 429 all replicas pause, longer each time, and then go on: no storm', async () => {
  sandbox.control.addFault({ kind: 'status', target: 'api', status: 429, times: 2 });
  await Promise.all([...replicas, replicas[0]].map(({ api }) => api.listWebhooks(formId, background)));
  const seen = await received();
  expect(seen.map(({ status }) => status)).toEqual([429, 429, 200, 200, 200, 200]);
  const gaps = seen.slice(1).map(({ atMs }, at) => atMs - seen[at]!.atMs);
  expect(gaps[0]).toBeGreaterThanOrEqual(990);
  expect(gaps[1]).toBeGreaterThanOrEqual(1_990);
  // The next refusal would begin with the shortest pause again.
  const { rows } = await database.pool.query('SELECT refusals FROM typeform_pace');
  expect(rows).toEqual([{ refusals: 0 }]);
  expect(await replicas[1].stats.summary(60_000)).toMatchObject({ calls: 6, rateLimited: 2, failed: 2 });
});

it('the pause after a 429 stays, however late it is recorded when the call was sent', async () => {
  sandbox.control.addFault({ kind: 'status', target: 'api', status: 429, times: 1 });
  const blocker = await database.pool.connect();
  const decide = async () => {
    await blocker.query('BEGIN; SELECT FROM typeform_call FOR UPDATE');
    return { url: 'https://hooks.example.com', enabled: true };
  };
  const refused = replicas[0].api.putWebhook(formId, 'late', decide, background).catch((error: unknown) => error);
  try {
    await eventually(async () => (await received()).length === 1, 'it is answered');
    await blocker.query('SELECT pg_sleep(0.3); COMMIT');
  } finally {
    blocker.release(true);
  }
  expect(await refused).toMatchObject({ failure: 'rate_limited' });
  const { rows } = await database.pool.query<{ pause: number }>(
    `SELECT extract(epoch FROM next_free_at - sent_at)::float8 AS pause FROM typeform_pace, typeform_call`,
  );
  expect(rows).toEqual([{ pause: expect.any(Number) }]);
  expect(rows[0]!.pause).toBeGreaterThan(0.9);
});

it('people are turned away with a time to try again when too many wait', async () => {
  await nextTurnIn(300_000);
  const told = await replicas[0].api.listWebhooks(formId, interactive).catch((error: unknown) => error);
  expect(told).toMatchObject({ code: 'typeform_timeout' });
  // When the turn is free: who had waited as long as people do would be told 1 s.
  expect((told as DomainError).retryAfterSeconds).toBeGreaterThan(1);
  const signal = AbortSignal.timeout(50);
  const left = replicas[0].api.listWebhooks(formId, { ...background, signal });
  await expect(left).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(await received()).toEqual([]);
});

it('what waits when a replica stops is told so; without a database nothing is sent', async () => {
  const stopping = await startReplica(database.url, sandbox.url);
  await nextTurnIn(300_000);
  const waiting = stopping.api.listWebhooks(formId, background).catch((error: Error) => error);
  await somebodyWaits();
  await stopping.close();
  expect(await waiting).toMatchObject({ code: 'shutting_down' });
  await nextTurnIn(0);
  await database.pool.query('ALTER TABLE typeform_pace RENAME TO typeform_pace_gone');
  await expect(replicas[0].api.listWebhooks(formId, background)).rejects.toThrow('typeform_pace');
  await database.pool.query('ALTER TABLE typeform_pace_gone RENAME TO typeform_pace');
  await replicas[0].api.listWebhooks(formId, background);
  expect(await received()).toHaveLength(1);
});

it('measures what was sent: too many calls show, and records of yesterday go', async () => {
  await database.pool.query(
    `INSERT INTO typeform_call (id, sent_at, operation, priority, waited_ms, status)
     SELECT gen_random_uuid(), clock_timestamp() - n * interval '100 ms', 'get_form', 'background', 5, 200
       FROM generate_series(1, 40) n
     UNION ALL
     SELECT gen_random_uuid(), clock_timestamp() - interval '25 hours', 'get_form', 'background', 5, 200
       FROM generate_series(1, 30)`,
  );
  // The first 20 of the 40 were within the limit, the 20 after them were not.
  expect(await replicas[2].stats.summary(60_000)).toMatchObject({ calls: 40, maxPer10Seconds: 40, compliance: 0.5 });
  expect(await replicas[2].stats.summary(1)).toMatchObject({ calls: 0, waitMs: null, compliance: null });
  for (const left of [10, 0]) {
    await replicas[2].api.listWebhooks(formId, interactive);
    const { rows } = await database.pool.query(`SELECT FROM typeform_call WHERE sent_at < now() - interval '24 hours'`);
    // A call of an earlier test that ends late may have taken a batch away as well.
    expect(rows.length).toBeLessThanOrEqual(left);
  }
});
