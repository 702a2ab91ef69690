import type { AppConfig } from '../../config/app-config';
import type { Clock } from '../../database/clock';

/** The running service under test, and what is needed to call it. Holds secrets: never log it. */
export interface VerifyTarget {
  /** Base URLs without a trailing slash; `managementUrl` is where probes and metrics are. */
  url: string;
  managementUrl: string;
  /** Signing secret of the shared webhook endpoint. */
  secret: string;
  /** A key with the role admin. */
  adminKey: string;
  /** How many webhook requests an address may send in a window. */
  throttle: { limit: number; windowMs: number };
  /** How long a record may take to appear. */
  patienceMs: number;
  clock: Clock;
}

/** What an operator may specify about the service; the rest comes from the configuration of this environment. */
export interface TargetOptions {
  url: string;
  managementUrl?: string;
  secret?: string;
  adminKey?: string;
  throttleLimit?: number;
}

/** How long to wait for a record to appear. */
const PATIENCE_MS = 10_000;

/** The service at `url`, configured like this environment. */
export function verifyTarget(options: TargetOptions, config: AppConfig, clock: Clock): VerifyTarget {
  const { intake, access } = config;
  return {
    url: options.url,
    managementUrl: managementUrlOf(options, config),
    secret: options.secret ?? intake.secret,
    adminKey: options.adminKey ?? access.adminApiKey,
    throttle: { limit: options.throttleLimit ?? intake.throttleLimit, windowMs: intake.throttleTtlSeconds * 1000 },
    patienceMs: PATIENCE_MS,
    clock,
  };
}

/** Where probes and metrics are: as given, else at MANAGEMENT_PORT (plain http) of the host of `url`, else at `url`. */
export function managementUrlOf({ url, managementUrl }: TargetOptions, { http }: Pick<AppConfig, 'http'>): string {
  if (managementUrl !== undefined) return managementUrl;
  return http.managementPort ? `http://${new URL(url).hostname}:${http.managementPort}` : url;
}
