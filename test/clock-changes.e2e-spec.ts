/** The clock of the host is set while the service runs: no limit gets longer, nothing known gets stale. */
import { seal } from '../src/core/secret-box';
import { Clock } from '../src/database/clock';
import { askEmail, newEvent } from './support/events';
import { whileNoBatchBegins } from './support/held-processing';
import { eventually, startTestApp, TestApp } from './support/test-app';

const LIMIT = 5;
const WINDOW_SECONDS = 5;
const SECRET = 'secret-of-one-webhook-0123456789abcdef';

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp({ THROTTLE_LIMIT: String(LIMIT), THROTTLE_TTL_SECONDS: String(WINDOW_SECONDS) });
});
afterEach(() => app.stop());

/** Sets the wall clock of the service. */
function setClock(byMs: number): void {
  const clock = app.app.get(Clock, { strict: false });
  clock.now = () => new Date(Date.now() + byMs);
}

it.each([-7_200_000, 7_200_000])('by %i ms: a full window of the throttler ends when it should', async (byMs) => {
  const send = async (): Promise<number> => (await app.deliver(newEvent())).status;
  const isFull = async (): Promise<boolean> =>
    (await Promise.all(Array.from({ length: 2 * LIMIT }, send))).includes(429);
  await eventually(isFull, 'the window is full');
  setClock(byMs);
  const refused = await app.deliver(newEvent());
  // It may be another window by now, on a busy machine.
  if (refused.status === 429) expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(WINDOW_SECONDS);
  await eventually(async () => (await send()) === 200, 'webhooks are accepted again');
});

it.each([-7_200_000, 7_200_000])('by %i ms: a webhook that was registered elsewhere is found', async (byMs) => {
  // Without the notification only the age of the copy in memory makes it read again.
  await app.database.pool.query('ALTER TABLE webhook DISABLE TRIGGER USER');
  const path = (id: string): string => `/webhooks/typeform/${id}`;
  const known = '7f2c1f3e-7d0a-4b52-9f0e-6a2f4c9b1d11';
  await app.deliver(newEvent(), { path: path(known), secret: SECRET }).expect(401);
  setClock(byMs);
  await app.database.pool.query(
    `INSERT INTO webhook (id, form_id, tag, secret, created_at, updated_at)
     VALUES ($1, 'clock', 'onboarding', $2, now(), now())`,
    [known, seal(app.config.encryptionKeys, SECRET, known)],
  );
  const event = newEvent({ questions: [askEmail('clock@example.com')] });
  await eventually(
    async () => (await app.deliver(event, { path: path(known), secret: SECRET })).status === 200,
    'the webhook is known',
  );
});

it('two days ahead and back: what was taken in meanwhile is processed at once', async () => {
  // No batch may begin before the clock is right again.
  await whileNoBatchBegins(app, async () => {
    setClock(2 * 24 * 3_600_000);
    await app.deliver(newEvent()).expect(200);
    setClock(0);
  });
  await eventually(async () => {
    const { rows } = await app.database.pool.query<{ status: string }>('SELECT status FROM webhook_event');
    return rows[0]?.status === 'processed';
  }, 'the event is processed');
});
