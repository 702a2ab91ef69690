/** What goes wrong, and what people change. Each lasts some hours; whatever it takes away, it gives back at its end. */
import type { Random } from '../../../sandbox/random';
import { eventually } from '../eventually';
import { Account, FOREIGN_SECRET, Place, Replica, REPLICAS } from './account';

const HOUR_MS = 3_600_000;

/** When something begins, it may say what ends it, and after how many milliseconds of the simulated clock. */
export type Ending = { afterMs: number; end: () => unknown } | undefined;
type Misfortune = (account: Account, random: Random) => Ending | Promise<Ending>;

const path = ({ formId, tag }: Place): string => `/forms/${formId}/webhooks/${tag}`;
const hours = (random: Random, most: number): number => random.integer(HOUR_MS / 4, most * HOUR_MS);

const somebodyPuts =
  (body: (random: Random) => object): Misfortune =>
  async (account, random) => {
    const place = random.pick(account.places);
    // What is not there cannot be changed; a PUT would make another webhook.
    const there = account.sandbox.control.webhooks(place.formId).some(({ tag }) => tag === place.tag);
    if (there) await account.somebodyElse('PUT', path(place), body(random));
    return undefined;
  };

async function idOf(account: Account, { formId, tag }: Place): Promise<string | undefined> {
  const [row] = await account.rows<{ id: string }>(
    'SELECT id FROM webhook WHERE form_id = $1 AND tag = $2 AND removed_at IS NULL',
    [formId, tag],
  );
  return row?.id;
}

/** Registers a webhook unless it is registered; asks again until the service has taken it in. */
const register = (account: Account, { formId, tag }: Place): Promise<void> =>
  eventually(async () => {
    const { status } = await account.admin('POST', '/v1/webhooks', { form: formId, tag });
    return [200, 201, 409].includes(status);
  }, `a webhook of ${formId} is registered`);

/** Changes a webhook's settings; asks again until Typeform has them, or the service will see to it. */
const change = (account: Account, place: Place, settings: object): Promise<void> =>
  eventually(async () => {
    const id = await idOf(account, place);
    const { status } = id ? await account.admin('PATCH', `/v1/webhooks/${id}`, settings) : { status: 404 };
    return [200, 404, 409, 504].includes(status);
  }, `a webhook of ${place.formId} is changed`);

const ended =
  (replicas: readonly Replica[], how: 'stop' | 'kill'): Misfortune =>
  async (account, random) => {
    await Promise.all(replicas.map((replica) => account.endReplica(replica, how)));
    const end = () => Promise.all(replicas.map((replica) => account.startReplica(replica)));
    return { afterMs: hours(random, 6), end };
  };

/** By name, for the log and the counts. */
export const MISFORTUNES: Record<string, Misfortune> = {
  'disabled at Typeform': somebodyPuts(() => ({ enabled: false })),
  'address changed at Typeform': somebodyPuts(() => ({ url: 'http://127.0.0.1:9/elsewhere' })),
  'secret changed at Typeform': somebodyPuts((random) => ({ secret: `${FOREIGN_SECRET}${random.hex(20)}` })),
  'event types changed at Typeform': somebodyPuts(() => ({
    event_types: { form_response: false, form_response_partial: true },
  })),
  'deleted at Typeform': async (account, random) => {
    await account.somebodyElse('DELETE', path(random.pick(account.places)));
    return undefined;
  },
  rotated: async (account, random) => {
    const id = await idOf(account, random.pick(account.places));
    const overlapHours = random.pick([0, 0, 1, 24]);
    if (id) await account.admin('POST', `/v1/webhooks/${id}/rotate-secret`, { overlapHours });
    return undefined;
  },
  'turned off by an admin': async (account, random) => {
    const place = random.pick(account.places);
    await change(account, place, { enabled: false });
    return { afterMs: hours(random, 3), end: () => change(account, place, { enabled: true }) };
  },
  'partial responses wanted': async (account, random) => {
    const place = random.pick(account.places);
    const wanted = (form_response_partial: boolean) =>
      change(account, place, { eventTypes: { form_response: true, form_response_partial } });
    await wanted(true);
    return { afterMs: hours(random, 12), end: () => wanted(false) };
  },
  'deleted and registered again': async (account, random) => {
    const place = random.pick(account.places);
    const id = await idOf(account, place);
    if (id) await account.admin('DELETE', `/v1/webhooks/${id}`);
    return { afterMs: random.pick([0, hours(random, 4)]), end: () => register(account, place) };
  },
  'a replica stopped': (account, random) => ended([random.pick(REPLICAS)], 'stop')(account, random),
  'a replica killed': (account, random) => ended([random.pick(REPLICAS)], 'kill')(account, random),
  'both replicas stopped': ended(REPLICAS, 'stop'),
  'both replicas killed': ended(REPLICAS, 'kill'),
  'the load balancer answers itself': (account, random) => {
    account.balancer.trouble = random.pick([404, 410, 500, 503, 'closed'] as const);
    return { afterMs: hours(random, 3), end: () => void (account.balancer.trouble = null) };
  },
  'Typeform fails': (account, random) => {
    const kind = random.pick(['status', 'slow', 'drop', 'garbage'] as const);
    const times = random.integer(2, 8);
    account.sandbox.control.addFault({
      ...{ kind, target: 'api', times, delayMs: 3_000 },
      ...(kind === 'status'
        ? random.pick([{ status: 500 }, { status: 503 }, { status: 429, retryAfterSeconds: 2 }])
        : {}),
    });
    return undefined;
  },
  'deliveries go wrong': (account, random) => {
    const kind = random.pick(['duplicate', 'out_of_order', 'drop', 'status'] as const);
    const times = random.integer(2, 6);
    account.sandbox.control.addFault({ kind, target: 'delivery', times, holdSeconds: 7_200, copies: 2 });
    return undefined;
  },
};

/** At the end everything that was taken away is there again. */
export async function makeWhole(account: Account): Promise<void> {
  account.balancer.trouble = null;
  account.sandbox.control.clearFaults();
  for (const replica of REPLICAS) await account.startReplica(replica);
  for (const place of account.places) {
    await register(account, place);
    await change(account, place, { enabled: true, eventTypes: { form_response: true } });
  }
}
