/** Valid settings -> the configuration the service works with. */
import { join } from 'node:path';
import type { KeyRing } from '../core/secret-box';
import { AppConfig } from './app-config';
import { GeneratedKeys, readOrCreateGeneratedKeys } from './generated-keys';
import { Settings, SETTINGS } from './settings';

function toOidc(settings: Settings): AppConfig['oidc'] {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = settings;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return null;
  const roles = settings.OIDC_ROLES ?? { admin: [], operator: [], viewer: [] };
  return { issuer, clientId, clientSecret, rolesClaim: settings.OIDC_ROLES_CLAIM, roles };
}

/** Names and units as the code uses them; keys that were not given are generated, outside production. */
export function toAppConfig(settings: Settings): Omit<AppConfig, 'report'> {
  const production = settings.NODE_ENV === 'production';
  let keys: GeneratedKeys | undefined;
  // Only when one is missing: a process with every key set writes no file.
  const generated = (): GeneratedKeys | undefined =>
    production ? undefined : (keys ??= readOrCreateGeneratedKeys(join(settings.DATA_DIR, 'keys.json')));
  const orGenerated = (value: string | undefined, name: keyof GeneratedKeys): string => {
    const chosen = value ?? generated()?.[name];
    if (chosen === undefined) throw new Error(`${name} was not checked before use`);
    return chosen;
  };
  const [firstKey, ...olderKeys] =
    settings.ENCRYPTION_KEYS ?? SETTINGS.ENCRYPTION_KEYS.schema.parse(generated()?.encryptionKeys) ?? [];
  if (!firstKey) throw new Error('ENCRYPTION_KEYS was not checked before use');
  const encryptionKeys: KeyRing = [firstKey, ...olderKeys];

  return {
    environment: settings.NODE_ENV,
    http: {
      host: settings.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
      port: settings.PORT,
      managementPort: settings.MANAGEMENT_PORT ?? null,
      publicUrl: settings.PUBLIC_URL ?? null,
      trustProxy: settings.TRUST_PROXY,
    },
    database: { url: settings.DATABASE_URL ?? null, poolSize: settings.DATABASE_POOL_SIZE },
    dataDir: settings.DATA_DIR,
    redisUrl: settings.REDIS_URL ?? null,
    typeform: {
      apiKey: settings.TYPEFORM_API_KEY ?? null,
      baseUrl: settings.TYPEFORM_API_BASE_URL,
      rateLimitPerSecond: settings.TYPEFORM_RATE_LIMIT_PER_SECOND,
      timeoutMs: settings.TYPEFORM_TIMEOUT_SECONDS * 1000,
    },
    intake: {
      secret: orGenerated(settings.TYPEFORM_WEBHOOK_SECRET, 'webhookSecret'),
      previousSecret: settings.TYPEFORM_WEBHOOK_SECRET_PREVIOUS ?? null,
      maxPayloadBytes: settings.WEBHOOK_MAX_PAYLOAD_BYTES,
      maxEventAgeDays: settings.WEBHOOK_MAX_EVENT_AGE_DAYS,
      throttleLimit: settings.THROTTLE_LIMIT,
      throttleTtlSeconds: settings.THROTTLE_TTL_SECONDS,
    },
    processing: {
      enabled: settings.WEBHOOK_PROCESSING_ENABLED,
      retry: {
        initialSeconds: settings.RETRY_INITIAL_SECONDS,
        maxSeconds: settings.RETRY_MAX_SECONDS,
        multiplier: settings.RETRY_MULTIPLIER,
        jitterPercent: settings.RETRY_JITTER_PERCENT,
        maxHours: settings.RETRY_MAX_HOURS,
        maxAttempts: settings.RETRY_MAX_ATTEMPTS,
      },
    },
    access: {
      adminApiKey: orGenerated(settings.ADMIN_API_KEY, 'adminApiKey'),
      throttleLimitPerSecond: settings.ADMIN_THROTTLE_LIMIT,
      sessionHours: settings.SESSION_HOURS,
    },
    oidc: toOidc(settings),
    encryptionKeys,
    reconcileIntervalSeconds: settings.RECONCILE_INTERVAL_SECONDS,
    responseRetentionDays: settings.RESPONSE_RETENTION_DAYS,
    defaultPhoneCountry: settings.DEFAULT_PHONE_COUNTRY ?? null,
    workerMode: settings.WORKER_MODE,
    sandboxPort: settings.SANDBOX_PORT,
    tracing: settings.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
    logLevel: settings.LOG_LEVEL,
  };
}
