/** The way to the database, and the connections that a server has. */
import { Client } from 'pg';
import { eventually } from '../support/eventually';
import type { Fault } from '../support/fault';
import type { FaultStand } from '../support/fault-stand';

const SLOW_MS = 50;
const WAITING_ADMINS = 12;

export const CONNECTIONS: readonly Fault[] = [
  { name: 'all connections cut', happens: (stand) => stand.proxy.cut() },
  {
    name: 'half-open connections',
    onlyInFull: true,
    happens: async (stand, refused) => {
      const before = refused();
      stand.proxy.blackhole();
      await eventually(() => refused() > before, 'something is refused');
      stand.proxy.heal();
    },
  },
  {
    name: 'a slow network',
    onlyInFull: true,
    happens: async (stand) => {
      stand.proxy.slow(SLOW_MS);
      await stand.whileLoading(() => Promise.resolve());
      stand.proxy.slow(0);
    },
  },
  {
    name: 'backends terminated at random',
    happens: (stand) =>
      stand.whileLoading(() =>
        stand.pool.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database() AND random() < 0.3',
        ),
      ),
  },
  {
    name: 'connections of the server exhausted',
    happens: async (stand, refused) => {
      const before = refused();
      const holders = await takeAllConnections(stand);
      try {
        await eventually(async () => {
          // Those that it has must be lost for the exhaustion to be felt, and taken before it is back.
          stand.proxy.cut();
          holders.push(...(await takeAllConnections(stand)));
          return refused() > before;
        }, 'something is refused');
      } finally {
        await Promise.all(holders.map((holder) => holder.end()));
      }
    },
  },
  {
    name: 'the pool exhausted by admins',
    happens: async (stand) => {
      const holder = await stand.pool.connect();
      try {
        await holder.query('BEGIN; LOCK TABLE audit_entry IN ACCESS EXCLUSIVE MODE');
        const { service } = stand;
        if (!service) throw new Error('no service runs');
        const asked = Array.from({ length: WAITING_ADMINS }, () => service.get('/v1/audit'));
        await stand.whileLoading(() => Promise.resolve());
        await holder.query('ROLLBACK');
        await Promise.all(asked);
      } finally {
        holder.release();
      }
    },
  },
];

async function takeAllConnections(stand: FaultStand): Promise<Client[]> {
  const holders: Client[] = [];
  for (;;) {
    const holder = new Client({ connectionString: stand.postgres.url });
    holder.on('error', () => undefined);
    try {
      await holder.connect();
    } catch {
      return holders;
    }
    holders.push(holder);
  }
}
