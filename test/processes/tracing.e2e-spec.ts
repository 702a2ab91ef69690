/** Traces and log lines: what a request left behind can be found, nobody's data is in it, and without tracing nothing of it is loaded. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBody } from '../fixtures/typeform-events';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { OtlpCollector } from '../support/otlp-collector';
import { exchange, newEvent, signedHeaders, type Answer } from '../support/sender';
import { ADMIN_KEY, MAIN, PRODUCTION_SETTINGS, ServiceProcess, WEBHOOK_SECRET } from '../support/service-process';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER_SPAN_ID = '00f067aa0ba902b7';
const TRACEPARENT = `00-${TRACE_ID}-${CALLER_SPAN_ID}-01`;

let database: TestDatabase;
let root: string;
let service: ServiceProcess;
let collector: OtlpCollector;
beforeEach(async () => {
  database = await createTestDatabase();
  root = mkdtempSync(join(tmpdir(), 'onboarding-tracing-'));
});
afterEach(async () => {
  await service.kill();
  await collector?.stop();
  await database.drop();
  rmSync(root, { recursive: true, force: true });
});

function start(environment: Record<string, string>, script?: string): Promise<ServiceProcess> {
  const own = { DATABASE_URL: database.url, DATA_DIR: join(root, 'data') };
  return ServiceProcess.start({ ...own, ...environment }, { script });
}

function send(body: Buffer, secret: string, headers: Record<string, string>): Promise<Answer> {
  const all = { ...signedHeaders(body, secret), ...headers };
  return exchange(`${service.url}/webhooks/typeform`, { method: 'POST', body, headers: all });
}

/** The JSON lines so far that say a request was refused. */
function refusals(): Record<string, unknown>[] {
  const lines = service.stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ message }) => message === 'Request refused');
}

/** A start of the service that says on SIGUSR2 which files of OpenTelemetry are loaded. */
function reportingScript(): string {
  const script = join(root, 'service.js');
  const say = `process.stdout.write('loaded ' + JSON.stringify(Object.keys(require.cache).filter((file) => file.includes('@opentelemetry'))) + '\\n')`;
  writeFileSync(script, `process.on('SIGUSR2', () => ${say});\nrequire(${JSON.stringify(MAIN)});\n`);
  return script;
}

async function loadedPackages(): Promise<string[]> {
  service.signal('SIGUSR2');
  const said = /^loaded (.*)$/m;
  await service.comesTrue(() => said.test(service.stdout), 'it says what is loaded');
  const files = JSON.parse(said.exec(service.stdout)?.[1] ?? '') as string[];
  return [...new Set(files.map((file) => /@opentelemetry\/([^/]+)/.exec(file)?.[1] ?? file))];
}

describe('with tracing', () => {
  it("a webhook is in its sender's trace, through to its processing, and nothing it brought is", async () => {
    collector = await OtlpCollector.start();
    const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '100' };
    service = await start({ ...PRODUCTION_SETTINGS, ...tracing }, reportingScript());
    const event = newEvent();
    const requestId = 'request-of-the-trace';
    const headers = { traceparent: TRACEPARENT, 'x-request-id': requestId };
    expect((await send(toBody(event), WEBHOOK_SECRET, headers)).status).toBe(200);
    expect((await send(toBody(newEvent()), 'a wrong secret 0123456789', headers)).status).toBe(401);
    const email = `p-${event.event_id}@example.com`;
    expect((await service.get(`/v1/clients?email=${encodeURIComponent(email)}`)).status).toBe(200);
    expect((await service.get('/v1/clients/not-an-id@example.com')).status).toBe(404);
    expect((await service.get('/health/live')).status).toBe(200);
    await service.comesTrue(() => collector.named('inbox process').length === 1, 'the processing was traced');
    expect(await loadedPackages()).toContain('sdk-node');
    expect(await service.stop()).toMatchObject({ code: 0 });

    const [accepted, refused] = collector.named('POST /webhooks/typeform');
    expect(accepted).toMatchObject({
      traceId: TRACE_ID,
      parentSpanId: CALLER_SPAN_ID,
      service: 'typeform-onboarding',
      attributes: {
        'http.route': '/webhooks/typeform',
        'http.response.status_code': 200,
        'onboarding.event_id': event.event_id,
        'onboarding.request_id': requestId,
      },
    });
    expect(refused).toMatchObject({ traceId: TRACE_ID, attributes: { 'http.response.status_code': 401 } });
    const [commit] = collector.named('inbox commit');
    expect(commit).toMatchObject({
      traceId: TRACE_ID,
      parentSpanId: accepted?.spanId,
      attributes: { 'onboarding.event_ids': [event.event_id] },
    });
    const insert = collector.spans.find(({ parentSpanId }) => parentSpanId === commit?.spanId);
    expect(insert?.attributes['db.query.text']).toMatch(/INSERT INTO webhook_event/);
    const [processing] = collector.named('inbox process');
    expect(processing?.attributes).toEqual({ 'onboarding.event_ids': [event.event_id] });
    expect(collector.named('GET /v1/clients')).toHaveLength(1);
    expect(collector.spans.filter(({ name }) => name.includes('health'))).toEqual([]);

    const secrets = [
      WEBHOOK_SECRET,
      ADMIN_KEY,
      signedHeaders(toBody(event), WEBHOOK_SECRET)['typeform-signature'] ?? '',
    ];
    for (const text of [email, 'example.com', 'Alice', event.form_response.token, '127.0.0.1', 'sha256=', ...secrets]) {
      expect(collector.received).not.toContain(text);
    }
    expect(collector.spans.filter((span) => span.events > 0 || span.statusMessage !== '')).toEqual([]);
    const lines = refusals();
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ requestId, traceparent: TRACEPARENT, timestamp: expect.any(Number) });
    // The caller named no trace: the span of the request is named.
    expect(lines[1]?.traceparent).toBe(`00-${spanOf(404)?.traceId}-${spanOf(404)?.spanId}-01`);
  });

  function spanOf(status: number) {
    return collector.spans.find(({ attributes }) => attributes['http.response.status_code'] === status);
  }

  it('many webhooks at once: a commit is linked to every request whose event it holds', async () => {
    collector = await OtlpCollector.start();
    service = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SERVICE_NAME: 'another-name' });
    const answers = await Promise.all(Array.from({ length: 40 }, () => send(toBody(newEvent()), WEBHOOK_SECRET, {})));
    expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200));
    expect(await service.stop()).toMatchObject({ code: 0 });
    const requests = collector.named('POST /webhooks/typeform');
    expect(requests).toHaveLength(40);
    const commits = collector.named('inbox commit');
    const reached = commits.flatMap(({ parentSpanId, links }) => [parentSpanId, ...links]);
    expect(reached.sort()).toEqual(requests.map(({ spanId }) => spanId).sort());
    expect(commits.some(({ links }) => links.length > 0)).toBe(true);
    expect(new Set(collector.spans.map((span) => span.service))).toEqual(new Set(['another-name']));
  });

  it('a call to Typeform is part of its request; a collector that does not answer holds nothing up', async () => {
    collector = await OtlpCollector.start({ silent: true });
    service = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '100' });
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
    const body = Buffer.from(JSON.stringify({ form: 'lT4Z3j' }));
    const answer = await exchange(`${service.url}/v1/webhooks`, { method: 'POST', headers, body });
    expect([502, 504]).toContain(answer.status);
    // 0: before the limit of the shutdown itself, which leaves with 1.
    expect(await service.stop()).toMatchObject({ code: 0, signal: null });
    const [request] = collector.named('POST /v1/webhooks');
    const [call] = collector.named('typeform get_form');
    expect(call).toMatchObject({
      traceId: request?.traceId,
      failed: true,
      attributes: { 'http.request.method': 'GET' },
    });
    expect(collector.received).not.toContain('lT4Z3j');
  });
});

describe('without tracing', () => {
  it("nothing of the SDK is loaded, and log lines name the request and the caller's trace", async () => {
    service = await start(PRODUCTION_SETTINGS, reportingScript());
    const headers = { traceparent: TRACEPARENT, 'x-request-id': 'request-1' };
    expect((await send(toBody(newEvent()), WEBHOOK_SECRET, headers)).status).toBe(200);
    expect((await send(toBody(newEvent()), 'a wrong secret 0123456789', headers)).status).toBe(401);
    const forged = { traceparent: 'no trace', 'x-request-id': 'request-2' };
    expect((await send(toBody(newEvent()), 'a wrong secret 0123456789', forged)).status).toBe(401);
    expect(await loadedPackages()).toEqual(['api']);
    const [named, unnamed] = refusals();
    expect(named).toMatchObject({ requestId: 'request-1', traceparent: TRACEPARENT, timestamp: expect.any(Number) });
    expect(unnamed).toMatchObject({ requestId: 'request-2' });
    expect(unnamed).not.toHaveProperty('traceparent');
    expect(refusals()).toHaveLength(2);
  });
});
