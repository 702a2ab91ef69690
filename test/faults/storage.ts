/** Disks that are full: of the table that takes in events, and of the write-ahead log. */
import { eventually } from '../support/eventually';
import type { Fault } from '../support/fault';
import type { FaultStand } from '../support/fault-stand';
import { SmallDisk } from '../support/small-disk';

const FULL_DISKS: readonly Fault[] = [
  {
    name: 'the disk of the data full',
    happens: (stand, refused) => whileFull(stand, stand.disks?.data, refused),
  },
  {
    name: 'the disk of the write-ahead log full',
    happens: (stand, refused) => whileFull(stand, stand.disks?.log, refused, 'SELECT pg_switch_wal()'),
  },
];

/** None where this user cannot mount a small disk. */
export const STORAGE = SmallDisk.possible() ? FULL_DISKS : [];

/** `spend`: what makes the server use up a file that it has in reserve. */
async function whileFull(
  stand: FaultStand,
  disk: SmallDisk | undefined,
  refused: () => number,
  spend?: string,
): Promise<void> {
  if (!disk) throw new Error('the stand has no small disks');
  const before = refused();
  try {
    await eventually(async () => {
      // What the server frees meanwhile is used up as well.
      disk.fill();
      if (spend) await stand.pool.query(spend).catch(() => undefined);
      return refused() > before;
    }, 'something is refused');
  } finally {
    disk.free();
  }
}
