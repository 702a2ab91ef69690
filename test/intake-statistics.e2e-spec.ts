/** The overview's statistics: of all replicas, across restarts, from 5 minutes to 90 days, and out of strangers' reach. */
import { createTestDatabase, TestDatabase } from './support/database';
import type { OverviewSeriesView } from '../src/metrics/overview-series.dto';
import { newEvent } from './support/events';
import { eventually, startTestApp, TestApp } from './support/test-app';

let database: TestDatabase;
let apps: TestApp[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.stop()));
  apps = [];
  await database.drop();
});

async function start(environment: Record<string, string> = {}): Promise<TestApp> {
  const app = await startTestApp(environment, { database });
  apps.push(app);
  return app;
}

async function stop(app: TestApp): Promise<void> {
  apps = apps.filter((other) => other !== app);
  await app.stop();
}

async function overview(app: TestApp, window = '15m') {
  return (await app.admin('get', `/v1/overview?window=${window}`).expect(200)).body as {
    intake: { outcomes: Record<string, number>; successRate: number | null; ackMs: Record<string, number | null> };
    failing: { endpoint: string; atRisk: boolean }[];
    wrongSecrets: object[];
  };
}

async function insertCounts(ageDays: number, latencyClass: number, requests: number): Promise<void> {
  await database.pool.query(
    `INSERT INTO intake_minute VALUES (date_trunc('minute', now() - $1 * interval '1 day'), 'accepted', $2, $3)`,
    [ageDays, latencyClass, requests],
  );
}

describe('the statistics of the intake', () => {
  it('are those of all replicas, and outlive them', async () => {
    const [one, other] = [await start(), await start()];
    for (let n = 0; n < 3; n += 1) await one.deliver(newEvent()).expect(200);
    for (let n = 0; n < 4; n += 1) await other.deliver(newEvent()).expect(200);
    await one.deliver(newEvent(), { secret: 'a-wrong-secret-0123456789' }).expect(401);
    await stop(one);
    await stop(other);
    const later = await start();
    const { intake } = await overview(later);
    expect(intake.outcomes).toMatchObject({ accepted: 7, signature_mismatch: 1, duplicate: 0 });
    expect(intake.successRate).toBe(1);
    expect(intake.ackMs.p50).toBeGreaterThan(0);
    expect(intake.ackMs.p99).toBeGreaterThanOrEqual(intake.ackMs.p50 ?? Infinity);
  });

  it('reach back to 90 days, and no further', async () => {
    await insertCounts(0.5, 10, 50);
    await insertCounts(89, 60, 50);
    await insertCounts(91, 90, 1_000);
    const app = await start();
    const accepted = async (window: string) => (await overview(app, window)).intake.outcomes.accepted;
    expect(await Promise.all(['5m', '24h', '2d', '90d'].map(accepted))).toEqual([0, 50, 50, 100]);
    const { ackMs } = (await overview(app, '90d')).intake;
    // 0.1 ms * 1.15 ** class
    expect(ackMs).toEqual({ p50: 0.4, p95: 438.4, p99: 438.4 });
    await eventually(async () => {
      const { rows } = await database.pool.query('SELECT sum(requests)::integer AS kept FROM intake_minute');
      return (rows[0] as { kept: number }).kept === 100;
    }, 'what is older was removed');
    for (const window of ['4m', '91d', '2161h', '0m', '1w', 'x']) {
      await app.admin('get', `/v1/overview?window=${window}`).expect(422);
    }
  });

  it('are told as a series, whose parts add up to the whole', async () => {
    await insertCounts(0.5, 10, 50);
    await insertCounts(89, 60, 7);
    await insertCounts(91, 60, 1_000);
    const app = await start();
    for (let n = 0; n < 2; n += 1) await app.deliver(newEvent({ formId: 'series' })).expect(200);
    const again = newEvent({ formId: 'series' });
    for (let n = 0; n < 3; n += 1) await app.deliver(again).expect(200);
    await app.deliver(newEvent(), { secret: 'a-wrong-secret-0123456789' }).expect(401);
    await app.settled();
    await database.pool.query(
      `UPDATE webhook_event SET event_id = 'backfill:' || event_id, source = 'backfill' WHERE event_id <> $1
          AND event_id = (SELECT min(event_id) FROM webhook_event WHERE event_id <> $1)`,
      [again.event_id],
    );
    const { body: key } = await app.admin('post', '/v1/api-keys').send({ name: 'viewer', role: 'viewer' }).expect(201);
    const series = async (query: string) =>
      (await app.admin('get', `/v1/overview/series?${query}`, (key as { key: string }).key).expect(200))
        .body as OverviewSeriesView;
    const now = { received: 3, duplicates: 2, recovered: 1, failed: 0, refused: 1 };
    const day = await series('window=24h&buckets=24');
    expect(day).toMatchObject({ bucketMinutes: 60, disabled: [] });
    expect(day.buckets).toHaveLength(24);
    expect(day.buckets.at(-1)).toMatchObject(now);
    expect(day.buckets.map(({ received }) => received)).toEqual([
      ...Array<number>(11).fill(0),
      50,
      ...Array<number>(11).fill(0),
      3,
    ]);
    const times = day.buckets.map(({ at }) => Date.parse(String(at)));
    expect(times).toEqual(times.map((_, at) => Date.parse(String(day.since)) + at * 3_600_000));
    expect(Date.parse(String(day.until)) - Date.now()).toBeLessThanOrEqual(60_000);
    for (const query of ['window=90d', 'window=90d&buckets=200', 'window=90d&buckets=1']) {
      const { buckets, bucketMinutes, since, until } = await series(query);
      expect(buckets.reduce((sum, { received }) => sum + received, 0)).toBe(60);
      expect(Date.parse(String(until)) - Date.parse(String(since))).toBe(buckets.length * bucketMinutes * 60_000);
    }
    // Parts are whole minutes: of a short window there are fewer than asked for.
    expect((await series('window=5m&buckets=200')).buckets).toHaveLength(5);
    for (const query of ['window=4m', 'buckets=0', 'buckets=201', 'buckets=1.5', 'buckets=x']) {
      await app.admin('get', `/v1/overview/series?${query}`).expect(422);
    }
  });

  it('wait in memory while they cannot be written', async () => {
    const app = await start();
    await database.pool.query('ALTER TABLE intake_minute RENAME TO not_there');
    for (let n = 0; n < 3; n += 1) await app.deliver(newEvent()).expect(200);
    await app.admin('get', '/v1/overview').expect(500);
    await app.deliver(newEvent()).expect(200);
    await app.admin('get', '/v1/overview').expect(500);
    expect(app.logs.filter((line) => line.includes('statistics of the intake could not be written'))).toHaveLength(1);
    await database.pool.query('ALTER TABLE not_there RENAME TO intake_minute');
    expect((await overview(app)).intake.outcomes.accepted).toBe(4);
  });
});

describe('strangers', () => {
  it('change neither the success rate nor any warning, by whatever they send', async () => {
    const app = await start({ THROTTLE_LIMIT: '20', THROTTLE_TTL_SECONDS: '3600', TRUST_PROXY: 'loopback' });
    const typeform = { 'x-forwarded-for': '203.0.113.1' };
    const stranger = { 'x-forwarded-for': '198.51.100.1' };
    const forge = () => app.deliver(newEvent(), { secret: 'a-wrong-secret-0123456789', headers: stranger });
    for (let n = 0; n < 5; n += 1) await app.deliver(newEvent(), { headers: typeform }).expect(200);
    const sent: number[] = [];
    for (let n = 0; n < 100; n += 1)
      sent.push((await app.http.post('/webhooks/typeform').set(stranger).send({})).status);
    for (let n = 0; n < 120; n += 1) sent.push((await forge()).status);
    expect(new Set(sent)).toEqual(new Set([401, 429]));
    const seen = await overview(app);
    const { unverified, signature_missing: missing, signature_mismatch: mismatch } = seen.intake.outcomes;
    expect(seen.intake).toMatchObject({ successRate: 1, outcomes: { accepted: 5, rate_limited: 0 } });
    expect(unverified! + missing! + mismatch!).toBe(sent.length);
    expect(seen).toMatchObject({ failing: [], wrongSecrets: [] });
    const { text } = await app.http.get('/metrics').expect(200);
    expect(text).toContain('onboarding_webhooks_at_risk 0');
    expect(text).toContain('onboarding_webhooks_wrong_secret 0');
    expect(app.logs.join('\n')).not.toContain('about to disable');
  });

  it('are told from Typeform: who sends valid webhooks and is refused counts as failed', async () => {
    const app = await start({ THROTTLE_LIMIT: '5', THROTTLE_TTL_SECONDS: '3600' });
    for (let n = 0; n < 5; n += 1) await app.deliver(newEvent()).expect(200);
    for (let n = 0; n < 50; n += 1) await app.deliver(newEvent()).expect(429);
    const { intake, failing } = await overview(app);
    expect(intake).toMatchObject({ outcomes: { accepted: 5, rate_limited: 50, unverified: 0 }, successRate: 5 / 55 });
    expect(failing).toMatchObject([{ endpoint: 'shared', atRisk: true }]);
  });
});
