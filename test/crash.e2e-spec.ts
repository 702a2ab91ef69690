/** Promise 1: what was acknowledged survives kill -9 of the service, and of its database server with it. */
import { Load, deliver } from './support/sender';
import { ServiceData, ServiceProcess, WEBHOOK_SECRET } from './support/service-process';

const ROUNDS = 3;
const ACKNOWLEDGED_PER_ROUND = 100;

const data = new ServiceData();
let service: ServiceProcess | undefined;
const loads: Load[] = [];
afterAll(async () => {
  await service?.kill();
  await Promise.all(loads.map((load) => load.stop()));
  await data.remove();
});

describe('a service that is killed under load', () => {
  it('has every acknowledged event exactly once after its restarts, and processes them all', async () => {
    for (let round = 1; round <= ROUNDS; round += 1) {
      service = await ServiceProcess.start({ DATA_DIR: data.dataDir });
      const load = new Load(service.url, WEBHOOK_SECRET);
      loads.push(load);
      await service.comesTrue(() => load.acknowledged.length >= ACKNOWLEDGED_PER_ROUND, 'enough is acknowledged');
      // The last round takes the database server down in the same moment, as a machine that loses power does.
      const server = round === ROUNDS ? await data.serverPid() : undefined;
      service.signal('SIGKILL');
      if (server !== undefined) process.kill(server, 'SIGKILL');
      await Promise.all([service.exited, load.stop()]);
      expect(load.outcomes).toEqual({ '200': load.acknowledged.length, ...failuresOf(load) });
    }

    service = await ServiceProcess.start({ DATA_DIR: data.dataDir });
    const acknowledged = loads.flatMap((load) => load.acknowledged.map(({ eventId }) => eventId));
    const stored = await data.query<{ event_id: string }>('SELECT event_id FROM webhook_event');
    expect(acknowledged.length).toBeGreaterThanOrEqual(ROUNDS * ACKNOWLEDGED_PER_ROUND);
    expect(missing(acknowledged, stored)).toEqual([]);

    // Typeform sends again what it got no answer for, whether it was committed or not.
    const again = loads.flatMap((load) => load.unacknowledged.filter(({ failure }) => failure !== 'ECONNREFUSED'));
    for (const { body } of again) expect((await deliver(service.url, body, WEBHOOK_SECRET)).status).toBe(200);

    const sent = [...acknowledged, ...again.map(({ eventId }) => eventId)];
    await service.comesTrue(async () => (await count(`status <> 'processed'`)) === 0, 'all is processed');
    const rows = await data.query<{ event_id: string }>('SELECT event_id FROM webhook_event');
    expect(rows.map(({ event_id }) => event_id).sort()).toEqual(sent.sort());
    const records = await data.query<{ responses: number; clients: number }>(
      `SELECT count(*)::integer AS responses, count(DISTINCT client_id)::integer AS clients FROM form_response`,
    );
    expect(records).toEqual([{ responses: sent.length, clients: sent.length }]);
  });
});

function missing(ids: string[], rows: { event_id: string }[]): string[] {
  const present = new Set(rows.map(({ event_id }) => event_id));
  return ids.filter((id) => !present.has(id));
}

/** Ways in which a request to a dying process may end without an answer. */
function failuresOf({ outcomes }: Load): Record<string, number> {
  const allowed = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE'];
  return Object.fromEntries(Object.entries(outcomes).filter(([outcome]) => allowed.includes(outcome)));
}

async function count(condition: string): Promise<number> {
  const [row] = await data.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM webhook_event WHERE ${condition}`,
  );
  return row?.count ?? -1;
}
