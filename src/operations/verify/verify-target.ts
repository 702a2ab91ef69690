import type { Clock } from '../../database/clock';

/** The running service that is looked at, and what is needed to call it. Holds secrets: never log it. */
export interface VerifyTarget {
  /** Base URLs without a trailing slash; `managementUrl` is where probes and metrics are. */
  url: string;
  managementUrl: string;
  /** Signing secret of the shared webhook endpoint. */
  secret: string;
  /** A key with the role admin. */
  adminKey: string;
  /** So many webhook requests an address may send in a window. */
  throttle: { limit: number; windowMs: number };
  /** How long a record may take to appear, and what was sent to be processed. */
  patienceMs: number;
  clock: Clock;
}
