/** Why events were refused: the log and the metrics say it, the answer to Typeform does not change. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { sign } from '../src/core/signature';
import { toBody } from './fixtures/typeform-events';
import { askEmail, newEvent } from './support/events';
import { eventually, startTestApp, TestApp, WEBHOOK_SECRET } from './support/test-app';

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp();
});
afterEach(() => app.stop());

const metrics = async (): Promise<string> => (await app.http.get('/metrics')).text;
const failures = async (labels: string): Promise<string | undefined> =>
  new RegExp(`^onboarding_inbox_commit_failures_total\\{${labels}\\} (\\d+)$`, 'm').exec(await metrics())?.[1];
const linesWith = (text: string): string[] => app.logs.filter((line) => line.includes(text));

async function refuse(sqlState: string): Promise<void> {
  await app.database.pool.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'made up' USING ERRCODE = '${sqlState}'; END $$;
    CREATE TRIGGER a_refusal BEFORE INSERT ON webhook_event FOR EACH STATEMENT EXECUTE FUNCTION refuse()`);
}

describe('a commit that the database refuses', () => {
  it.each([
    ['53100', 'disk_full'],
    ['42501', 'permission_denied'],
    ['25006', 'read_only'],
  ])('with SQLSTATE %s is counted and logged once as %s, and answered 503', async (sqlState, cause) => {
    await refuse(sqlState);
    for (let sent = 0; sent < 3; sent += 1) {
      const answer = await app.deliver(newEvent()).expect(503);
      expect(answer.headers['retry-after']).toBe('5');
      expect(answer.body).toMatchObject({ code: 'database_unavailable' });
    }
    expect(await failures(`cause="${cause}",table="",constraint=""`)).toBe('3');
    const lines = linesWith('cannot be committed');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`"sqlState":"${sqlState}"`);
    await app.database.pool.query('DROP TRIGGER a_refusal ON webhook_event');
    await app.deliver(newEvent()).expect(200);
    await app.deliver(newEvent()).expect(200);
    const recovered = linesWith('are committed again');
    expect(recovered).toHaveLength(1);
    expect(recovered[0]).toContain('"refused":3');
  });

  it('by a constraint names the constraint and its table, never a value', async () => {
    await app.database.pool.query(`ALTER TABLE webhook_event ADD CONSTRAINT not_here CHECK (form_id <> 'odd')`);
    const event = newEvent({ formId: 'odd', questions: [askEmail('value@example.com')] });
    await app.deliver(event).expect(503);
    expect(await failures('cause="constraint",table="webhook_event",constraint="not_here"')).toBe('1');
    const [line = ''] = linesWith('cannot be committed');
    for (const fact of ['"sqlState":"23514"', '"table":"webhook_event"', '"constraint":"not_here"']) {
      expect(line).toContain(fact);
    }
    for (const value of [event.event_id, '"odd"', 'value@example.com'])
      expect(app.logs.join('\n')).not.toContain(value);
  });
});

it('a client that goes away in the middle of its body is not an outage of the database', async () => {
  const outcome = async (name: string): Promise<number> =>
    Number(
      new RegExp(`^onboarding_webhook_requests_total\\{outcome="${name}"\\} (\\d+)$`, 'm').exec(await metrics())?.[1],
    );
  const unavailableBefore = await outcome('unavailable');
  const body = toBody(newEvent());
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST /webhooks/typeform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n` +
      `Typeform-Signature: ${sign(WEBHOOK_SECRET, body)}\r\n\r\n`,
  );
  socket.write(body.subarray(0, 100), () => socket.destroy());
  await eventually(() => app.logs.some((line) => /Request (refused|failed)/.test(line)), 'the request is logged');
  await eventually(async () => (await outcome('aborted')) === 1, 'the request is counted');
  expect(await outcome('unavailable')).toBe(unavailableBefore);
  expect(linesWith('request_aborted')).toHaveLength(1);
  expect(linesWith('database_unavailable')).toEqual([]);
  const overview = await app.admin('get', '/v1/overview').expect(200);
  expect(overview.body.intake).toMatchObject({ outcomes: { aborted: 1, unavailable: 0 }, successRate: null });
});
