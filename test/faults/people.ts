/** People who are to be forgotten while others come in. */
import { toBody } from '../fixtures/typeform-events';
import type { Fault } from '../support/fault';
import type { FaultStand } from '../support/fault-stand';
import { deliver, exchange, newEvent } from '../support/sender';
import { ADMIN_KEY, WEBHOOK_SECRET } from '../support/service-process';

const PEOPLE = 5;

export const PEOPLE_LEAVE: readonly Fault[] = [
  {
    name: 'erasure under load',
    happens: async (stand) => {
      for (let person = 0; person < PEOPLE; person += 1) await comeAndGo(stand);
    },
  },
];

async function comeAndGo(stand: FaultStand): Promise<void> {
  const url = stand.url ?? '';
  const event = newEvent();
  const clientId = await stand.takesIn(event);
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  const erased = await exchange(`${url}/v1/clients/${clientId}`, { method: 'DELETE', headers });
  if (erased.status >= 300) throw new Error(`not erased: ${erased.status} ${erased.text}`);
  // Typeform delivers it once more.
  await deliver(url, toBody(event), WEBHOOK_SECRET);
  const left = await stand.count(
    `SELECT (SELECT count(*) FROM form_response WHERE token = $1)::integer
          + (SELECT count(*) FROM webhook_event WHERE token = $1 AND payload IS NOT NULL)::integer AS count`,
    [event.form_response.token],
  );
  if (left !== 0) throw new Error('something is left of who was erased');
}
