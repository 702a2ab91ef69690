/** What happens to the primary. */
import type { Cluster } from './cluster';
import type { Machine } from './machine';

export interface FailoverFault {
  name: string;
  what: string;
  /** Until it heals, this machine is not there. */
  happens(primary: Machine, cluster: Cluster): Promise<void>;
  /** The machine comes back. */
  heals(machine: Machine): Promise<void> | void;
}

export const FAULTS: readonly FailoverFault[] = [
  {
    name: 'killed',
    what: 'kill -9 of everything on the machine',
    happens: (primary) => primary.kill(),
    heals: (machine) => machine.start(),
  },
  {
    name: 'frozen',
    what: 'SIGSTOP of everything on the machine; it wakes up as a primary',
    happens: (primary) => primary.freeze(),
    heals: (machine) => machine.thaw(),
  },
  {
    name: 'cut-off',
    what: 'from the other machines and from the service, without a word',
    happens: (primary) => primary.cutOff(),
    heals: (machine) => machine.connect(),
  },
  {
    name: 'switched-over',
    what: 'on purpose, with Patroni',
    happens: (primary, cluster) => cluster.switchOver(primary),
    heals: () => undefined,
  },
];
