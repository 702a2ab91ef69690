/** Findings and remedies that several checks of verify share. */
import { Finding, skipped } from '../check';
import { MOST_REFUSED_IN_A_ROW } from './verify-run';

/** The admin API did not accept the key. */
export const ADMIN_KEY = 'use a key with the role admin: --key, or ADMIN_API_KEY in this environment';

/** There are no metrics at the given address. */
export const METRICS = 'pass the address of the metrics with --management-url';

/** The run has used up the refusals that it may cause in a row. */
export const REFUSED_ENOUGH = skipped(
  `not checked: ${MOST_REFUSED_IN_A_ROW} webhooks of this run were refused in a row; more would look to the service like a webhook that Typeform is about to disable`,
  'fix what refused them (see the other lines), then run verify again',
);

/** One address may lead to several replicas, each with its own metrics: these cannot be compared. */
export const otherReplica = (seen: string): Finding =>
  skipped(
    `not compared: the replica that answered at the start no longer does; ${seen}`,
    'pass the address of one replica with --management-url',
    'warn',
  );
