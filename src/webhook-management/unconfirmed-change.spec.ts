import { notMadeInTime, rotationConflict } from './unconfirmed-change';

const NOW = new Date('2026-01-01T12:00:00Z');
const LATER = new Date('2026-01-01T12:00:30Z');
const EARLIER = new Date('2026-01-01T11:59:58Z');
const unsent = { id: 'w1', revision: 2, pushedRevision: 1, refusedRevision: null, problem: null };
const sent = { ...unsent, pushedRevision: 2 };
const refused = { ...unsent, refusedRevision: 2, problem: 'Typeform refused the call (400)' };

describe('the conflict with a rotation', () => {
  it.each([
    ['sent again later', unsent, LATER, true, 'sent again at 2026-01-01T12:00:30.000Z', 30],
    ['sent again at a time that is past', unsent, EARLIER, true, 'yet: send it now with POST', undefined],
    ['sent again by nobody', unsent, LATER, false, 'yet: send it now with POST', undefined],
    ['in doubt', sent, LATER, true, 'until 2026-01-01T12:00:30.000Z: rotate some seconds after that', 30],
    ['in doubt, settled by nobody', sent, LATER, false, 'until 2026-01-01T12:00:30.000Z: after that settle', undefined],
    ['no more in doubt', sent, EARLIER, true, 'late: settle that with POST', undefined],
    [
      'refused',
      refused,
      EARLIER,
      true,
      'refused an earlier change (Typeform refused the call (400)): change',
      undefined,
    ],
  ])('%s', (_case, webhook, at, retries, said, retryAfterSeconds) => {
    const conflict = rotationConflict(webhook, { retryAt: at, doubtUntil: at }, NOW, retries);
    expect(conflict).toMatchObject({ code: 'conflict', message: expect.stringContaining(said) });
    expect(conflict.message).toContain('POST /v1/webhooks/w1/reconcile');
    expect(conflict.retryAfterSeconds).toBe(retryAfterSeconds);
  });
});

it.each([
  [unsent, true, 'is kept and will be made'],
  [unsent, false, 'is kept (see `pending`), and is made with POST /v1/webhooks/w1/reconcile'],
  [refused, true, 'Typeform refused an earlier change (Typeform refused the call (400))'],
  [null, false, 'is kept and will be made'],
])('what is not made in time says what becomes of it: %j, retried: %s', (webhook, retries, said) => {
  expect(notMadeInTime(webhook, retries).message).toContain(said);
});
