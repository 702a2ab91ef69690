/** Findings and remedies that several checks of verify share. */
import { Finding, skipped } from '../check';

/** The admin API did not accept the key. */
export const ADMIN_KEY = 'use a key with the role admin: --admin-key, or ADMIN_API_KEY in this environment';

/** There are no metrics where they were looked for. */
export const METRICS = 'name the address of the metrics with --management-url';

/** Behind one address there may be several replicas, each with metrics of its own: these cannot be compared. */
export const otherReplica = (seen: string): Finding =>
  skipped(
    `not compared: the replica that answered at the start no longer does; ${seen}`,
    'name one replica with --management-url',
    'warn',
  );
