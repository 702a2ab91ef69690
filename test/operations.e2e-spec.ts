/** Probes and metrics. */
import { version } from '../package.json';
import { WebhookSecretsCache } from '../src/webhook-management/webhook-secrets';
import { newEvent } from './support/events';
import { eventually, startTestApp, TestApp } from './support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

describe('probes', () => {
  it('are open, and say what they looked at', async () => {
    expect((await app.http.get('/health/live').expect(200)).body).toMatchObject({ status: 'ok', details: {} });
    expect((await app.http.get('/health/ready').expect(200)).body.details).toMatchObject({
      shutdown: { status: 'up' },
      database: { status: 'up' },
      migrations: { status: 'up' },
    });
    expect((await app.http.get('/health/startup').expect(200)).body.status).toBe('ok');
  });

  it('readiness is false on a database that takes no writes', async () => {
    const { name, pool } = app.database;
    const reconnect = () =>
      pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()`,
        [name],
      );
    await pool.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await reconnect();
    // A connection that was just cut may fail one probe first.
    await eventually(async () => {
      const { status, body } = await app.http.get('/health/ready');
      return status === 503 && /read-only/.test(String(body.error.database?.message));
    }, 'readiness names the read-only database');
    await app.deliver(newEvent()).expect(503);
    await pool.query(
      `SET default_transaction_read_only = off; ALTER DATABASE ${name} RESET default_transaction_read_only`,
    );
    await reconnect();
    await eventually(async () => (await app.http.get('/health/ready')).status === 200, 'readiness is back');
    await eventually(async () => (await app.deliver(newEvent())).status === 200, 'webhooks are taken again');
    // A read that failed meanwhile is made up for within a second; until then an unknown endpoint is told to come again.
    await app.app.get(WebhookSecretsCache).reload();
  });
});

describe('metrics', () => {
  it('count calls by outcome and measure acknowledgements', async () => {
    await app.deliver(newEvent()).expect(200);
    await app.deliver(newEvent(), { secret: 'a-wrong-secret-0123456789' }).expect(401);
    await app.http.get('/webhooks/typeform').expect(405);
    await app.deliver(newEvent(), { path: '/webhooks/typeform/unknown' }).expect(401);
    await app.settled();
    const { text } = await app.http.get('/metrics').expect(200);
    const value = (series: string): number =>
      Number(new RegExp(`^${series.replace(/[{}"]/g, '\\$&')} (.+)$`, 'm').exec(text)?.[1]);
    expect(value('onboarding_webhook_requests_total{outcome="accepted"}')).toBeGreaterThanOrEqual(1);
    expect(value('onboarding_webhook_requests_total{outcome="signature_mismatch"}')).toBe(1);
    expect(value('onboarding_webhook_requests_total{outcome="method_not_allowed"}')).toBe(1);
    expect(value('onboarding_webhook_requests_total{outcome="unknown_endpoint"}')).toBe(1);
    expect(value('onboarding_webhook_requests_total{outcome="rate_limited"}')).toBe(0);
    expect(value('onboarding_webhook_ack_seconds_count')).toBe(
      value('onboarding_webhook_requests_total{outcome="accepted"}'),
    );
    expect(value('onboarding_event_record_delay_seconds_count')).toBeGreaterThanOrEqual(1);
    expect(value('onboarding_inbox_events{status="pending"}')).toBe(0);
    expect(value('onboarding_inbox_oldest_age_seconds{status="dead"}')).toBe(0);
    expect(value('onboarding_inbox_waiting_commits')).toBe(0);
    expect(value('onboarding_database_pool_connections{state="used"}')).toBeGreaterThanOrEqual(0);
    expect(value('onboarding_typeform_calls_total{operation="put_webhook",outcome="timeout"}')).toBe(0);
    expect(value('onboarding_typeform_call_wait_seconds_count{priority="interactive"}')).toBe(0);
    expect(value('onboarding_typeform_rate_limited_total')).toBe(0);
    expect(value('onboarding_typeform_pace_compliance')).toBe(1);
    expect(value('onboarding_typeform_calls_in_busiest_10_seconds')).toBe(0);
    expect(value('onboarding_ready')).toBe(1);
    expect(value('onboarding_database_up')).toBe(1);
    expect(Math.abs(value('onboarding_clock_offset_seconds'))).toBeLessThan(5);
    expect(value('onboarding_audit_end_intact')).toBe(1);
    expect(value(`onboarding_build_info{version="${version}"}`)).toBe(1);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(0);
    expect(value('nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0);
  });

  it('count calls of the admin API that were not let in', async () => {
    const refusals = async (code: string): Promise<number> => {
      const { text } = await app.http.get('/metrics').expect(200);
      return Number(new RegExp(`^onboarding_admin_refusals_total\\{code="${code}"\\} (.+)$`, 'm').exec(text)?.[1]);
    };
    const before = await refusals('unauthorized');
    await app.admin('get', '/v1/clients', 'a-key-that-nobody-has-0123456789').expect(401);
    await app.http.get('/v1/clients').expect(401);
    expect(await refusals('unauthorized')).toBe(before + 2);
    expect(await refusals('forbidden')).toBe(0);
  });

  it('have no label that could hold an id, an address or an answer', async () => {
    const event = newEvent();
    await app.deliver(event).expect(200);
    const { text } = await app.http.get('/metrics').expect(200);
    const labels = new Set(text.match(/[a-z_]+(?==")/g));
    const ofNode = ['kind', 'version', 'major', 'minor', 'patch', 'space', 'type'];
    expect([...labels].filter((label) => !ofNode.includes(label)).sort()).toEqual([
      'cause',
      'code',
      'constraint',
      'field',
      'le',
      'level',
      'operation',
      'outcome',
      'priority',
      'state',
      'status',
      'step',
      'table',
      'trigger',
      'via',
    ]);
    expect(text).not.toContain(event.event_id);
  });
});
