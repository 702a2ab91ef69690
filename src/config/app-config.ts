/** The whole configuration, typed and validated, as one value. Nothing else reads the environment. */
import type { RetryPolicy } from '../core/backoff';
import type { KeyRing } from '../core/secret-box';
import type { ConfigReport } from './config-report';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';
export type WorkerMode = 'intake' | 'processor' | 'all';

/** Injection token and type of the configuration. Secrets are plain strings here: never log or serialise this object. */
export abstract class AppConfig {
  abstract readonly environment: 'development' | 'test' | 'production';
  abstract readonly http: {
    readonly host: string;
    readonly port: number;
    /** When set, probes and metrics are served there and not on the public port. */
    readonly managementPort: number | null;
    /** Base URL that Typeform reaches, without a trailing slash; null: derived from the listening address. */
    readonly publicUrl: string | null;
    /** `false`, a number of hops, or addresses whose `X-Forwarded-For` counts. */
    readonly trustProxy: false | number | string[];
  };
  abstract readonly database: {
    /** null: the embedded PostgreSQL in `dataDir`. */
    readonly url: string | null;
    readonly poolSize: number;
  };
  abstract readonly dataDir: string;
  abstract readonly redisUrl: string | null;
  abstract readonly typeform: {
    /** null: the built-in sandbox. */
    readonly apiKey: string | null;
    readonly baseUrl: string;
    readonly rateLimitPerSecond: number;
    readonly timeoutMs: number;
  };
  abstract readonly intake: {
    readonly secret: string;
    readonly previousSecret: string | null;
    readonly maxPayloadBytes: number;
    readonly maxEventAgeDays: number;
    readonly throttleLimit: number;
    readonly throttleTtlSeconds: number;
  };
  abstract readonly processing: { readonly enabled: boolean; readonly retry: RetryPolicy };
  abstract readonly access: {
    readonly adminApiKey: string;
    readonly throttleLimitPerSecond: number;
    /** Life of a session of the console. */
    readonly sessionHours: number;
  };
  /** Single sign-on for the console; null: none. */
  abstract readonly oidc: {
    /** As the provider writes it: https, or http on a loopback address. */
    readonly issuer: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly rolesClaim: string;
    /** The values of that claim that give a role. */
    readonly roles: Readonly<Record<'viewer' | 'operator' | 'admin', readonly string[]>>;
  } | null;
  abstract readonly encryptionKeys: KeyRing;
  /** 0 turns reconciling off. */
  abstract readonly reconcileIntervalSeconds: number;
  /** 0 keeps responses forever. */
  abstract readonly responseRetentionDays: number;
  /** ISO code of the country in which national phone numbers are read where nothing else tells the country; null: none. */
  abstract readonly defaultPhoneCountry: string | null;
  abstract readonly workerMode: WorkerMode;
  abstract readonly sandboxPort: number;
  /** Whether spans are sent to an OpenTelemetry collector. */
  abstract readonly tracing: boolean;
  abstract readonly logLevel: LogLevel;
  /** What the `config` command shows of it: without secrets. */
  abstract readonly report: ConfigReport;
}
