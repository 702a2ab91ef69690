/** Processes that are killed, frozen or stopped. */
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import type { Fault } from '../support/fault';

/** Long enough for timers to be late, and far from any limit. */
const FROZEN_MS = 2_000;

export const CRASHES: readonly Fault[] = [
  {
    name: 'kill -9 of the service',
    losesConnections: true,
    happens: async (stand) => {
      await stand.killService();
      await stand.startService();
    },
  },
  {
    name: 'kill -9 of PostgreSQL',
    happens: (stand) => stand.signalPostgres('SIGKILL'),
  },
  {
    name: 'PostgreSQL restarted at once',
    onlyInFull: true,
    // As `pg_ctl restart -m immediate` does.
    happens: (stand) => stand.signalPostgres('SIGQUIT'),
  },
  {
    name: 'kill -9 of both',
    onlyInFull: true,
    losesConnections: true,
    happens: async (stand) => {
      stand.signalPostgres('SIGKILL');
      await stand.killService();
      await stand.startService();
    },
  },
  {
    name: 'SIGTERM under load',
    onlyInFull: true,
    losesConnections: true,
    happens: async (stand) => {
      const code = await stand.stopService();
      if (code !== 0) throw new Error(`it left with ${code}`);
      await stand.startService();
    },
  },
  {
    name: 'SIGSTOP of the service',
    onlyInFull: true,
    happens: async (stand) => {
      stand.service?.signal('SIGSTOP');
      await pause(FROZEN_MS);
      stand.service?.signal('SIGCONT');
    },
  },
  {
    name: 'SIGSTOP of PostgreSQL',
    onlyInFull: true,
    happens: async (stand, refused) => {
      const before = refused();
      stand.signalPostgres('SIGSTOP');
      try {
        await eventually(() => refused() > before, 'something is refused');
      } finally {
        stand.signalPostgres('SIGCONT');
      }
    },
  },
];
