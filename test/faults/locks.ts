/** What others do in the database at the same time. */
import { askEmail, newEvent, newId } from '../support/events';
import { eventually } from '../support/eventually';
import type { Fault } from '../support/fault';
import type { FaultStand } from '../support/fault-stand';

export const LOCKS: readonly Fault[] = [
  { name: 'the table locked', happens: (stand) => whileTableHeld(stand, () => isWaitedFor(stand)) },
  {
    name: 'the table locked for long',
    onlyInFull: true,
    happens: (stand, refused) => {
      const before = refused();
      return whileTableHeld(stand, () => refused() > before);
    },
  },
  {
    name: 'the clients locked',
    happens: (stand) =>
      whileClientsHeld(
        stand,
        () => 'SELECT FROM client FOR UPDATE',
        () => isWaitedFor(stand),
      ),
  },
  {
    name: 'a client locked for long',
    onlyInFull: true,
    happens: (stand) =>
      whileClientsHeld(
        stand,
        (id) => `SELECT FROM client WHERE id = '${id}' FOR UPDATE`,
        () => hasFailed(stand),
      ),
  },
  {
    name: 'statements cancelled',
    happens: (stand) =>
      stand.whileLoading(() =>
        stand.pool.query(
          `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND datname = current_database() AND state = 'active' AND random() < 0.5`,
        ),
      ),
  },
  {
    name: 'a snapshot held open',
    happens: async (stand) => {
      const holder = await stand.pool.connect();
      try {
        await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM webhook_event');
        await stand.whileLoading(() => Promise.resolve());
        await holder.query('ROLLBACK');
      } finally {
        holder.release();
      }
    },
  },
  {
    name: 'a read-only primary',
    happens: async (stand, refused) => {
      const before = refused();
      await setReadOnly(stand, true);
      await eventually(() => refused() > before, 'something is refused');
      await setReadOnly(stand, false);
    },
  },
  {
    name: 'events that fail among good ones',
    happens: async (stand) => {
      await stand.pool.query(`
        CREATE FUNCTION refuse_some() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '22000'; END $$;
        CREATE TRIGGER refuse_some BEFORE INSERT OR UPDATE ON form_response FOR EACH ROW WHEN (NEW.token LIKE '%3')
          EXECUTE FUNCTION refuse_some();`);
      await eventually(() => hasFailed(stand), 'one of them has failed');
      await stand.whileLoading(() => Promise.resolve());
      await stand.pool.query('DROP TRIGGER refuse_some ON form_response; DROP FUNCTION refuse_some()');
    },
  },
];

function whileTableHeld(stand: FaultStand, felt: () => boolean | Promise<boolean>): Promise<void> {
  return whileHeld(stand, 'LOCK TABLE webhook_event IN ACCESS EXCLUSIVE MODE', () => eventually(felt, 'it is felt'));
}

/** Among the clients is somebody, of this id, who sends once more meanwhile. */
async function whileClientsHeld(
  stand: FaultStand,
  lock: (id: string) => string,
  felt: () => Promise<boolean>,
): Promise<void> {
  const questions = [askEmail(`${newId()}@example.com`)];
  const id = await stand.takesIn(newEvent({ questions }));
  let again: Promise<string> | undefined;
  await whileHeld(stand, lock(id), async () => {
    again = stand.takesIn(newEvent({ questions }));
    await eventually(felt, 'it is felt');
  });
  await again;
}

async function whileHeld(stand: FaultStand, lock: string, felt: () => Promise<void>): Promise<void> {
  const holder = await stand.pool.connect();
  try {
    await holder.query(`BEGIN; ${lock}`);
    await felt();
    await holder.query('ROLLBACK');
  } finally {
    holder.release();
  }
}

async function isWaitedFor(stand: FaultStand): Promise<boolean> {
  return (await stand.count('SELECT count(*)::integer FROM pg_locks WHERE NOT granted')) > 0;
}

async function hasFailed(stand: FaultStand): Promise<boolean> {
  return (await stand.count(`SELECT count(*)::integer FROM webhook_event WHERE status = 'retrying'`)) > 0;
}

async function setReadOnly(stand: FaultStand, on: boolean): Promise<void> {
  await stand.pool.query(
    `ALTER SYSTEM ${on ? 'SET default_transaction_read_only = on' : 'RESET default_transaction_read_only'}`,
  );
  await stand.pool.query('SELECT pg_reload_conf()');
}
