/**
 * Every environment variable of the service: its rule, its default and one sentence of help. This table is the only place
 * that knows a variable's name; the cross-variable rules (what production demands) are in load-config.ts.
 */
import { resolve } from 'node:path';
import { z } from 'zod';
import { asCountry } from '../core/identification/countries';
import { isAllowedApiUrl, TYPEFORM_HOSTS } from '../core/typeform-hosts';
import { problemOfDatabaseUrl } from './database-url';

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`);

const decimal = (description: string, allowed: (value: number) => boolean) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, `must be a number, ${description}`)
    .transform(Number)
    .refine(allowed, `must be ${description}`);

const flag = () => z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true');
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`);
const secret = (min: number) => z.string().min(min, `must have at least ${min} characters`);
/** A key travels in the Authorization header, as one word of at most 512 characters. */
const sendableKey = (min: number) =>
  secret(min).regex(
    /^[\x21-\x7e]{0,512}$/,
    'must be at most 512 printable ASCII characters without spaces, so that it fits in a header',
  );

const parsedUrl = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null);
const httpUrl = () =>
  z
    .string()
    .refine((text) => /^https?:$/.test(parsedUrl(text)?.protocol ?? ''), 'must be an http(s) URL')
    .refine((text) => !parsedUrl(text)?.username && !parsedUrl(text)?.password, 'must not contain credentials')
    .refine((text) => !/[?#]/.test(text), 'must have no query and no fragment')
    .transform((text) => text.replace(/\/+$/, ''));

const typeformBaseUrl = () =>
  httpUrl().refine(
    (text) => isAllowedApiUrl(text, { loopback: true }),
    `must be https://${TYPEFORM_HOSTS.join(', https://')} (or a loopback address outside production)`,
  );

const databaseUrl = () =>
  z
    .string()
    .refine((text) => /^postgres(ql)?:\/\//.test(text), 'must start with postgresql://')
    .superRefine((text, context) => {
      const message = problemOfDatabaseUrl(text);
      if (message !== null) context.addIssue({ code: 'custom', message });
    });

const encryptionKeys = () =>
  z
    .string()
    .transform((text) =>
      text.split(',').map((entry) => {
        const at = entry.indexOf(':');
        return { id: entry.slice(0, at).trim(), key: Buffer.from(entry.slice(at + 1).trim(), 'base64'), at };
      }),
    )
    .refine(
      (keys) => keys.every(({ id, key, at }) => at > 0 && /^[A-Za-z0-9_-]+$/.test(id) && key.length === 32),
      'must be id:base64(32 bytes), several separated by commas (create one with: openssl rand -base64 32)',
    )
    .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'must not repeat a key id')
    .transform((keys) => keys.map(({ id, key }) => ({ id, key })));

/** Kept as it is written: the provider's own spelling counts, with or without a slash at its end. */
const issuer = () =>
  z
    .string()
    .refine((text) => {
      const url = parsedUrl(text);
      return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
    }, 'must be an https URL (http on a loopback address only)')
    .refine((text) => !/[?#@]/.test(text), 'must have no credentials, no query and no fragment');

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);

/** `admin=a,b;operator=c;viewer=d` */
const groupsOfRoles = () =>
  z
    .string()
    .regex(
      /^\s*(admin|operator|viewer)=[^=;]+(;\s*(admin|operator|viewer)=[^=;]+)*;?\s*$/,
      'must be like admin=group1,group2;operator=group3;viewer=group4',
    )
    .transform((text) => {
      const groups: Record<'admin' | 'operator' | 'viewer', string[]> = { admin: [], operator: [], viewer: [] };
      for (const [, role, names = ''] of text.matchAll(/(admin|operator|viewer)=([^=;]+)/g))
        groups[role as keyof typeof groups].push(
          ...names
            .split(',')
            .map((name) => name.trim())
            .filter(Boolean),
        );
      return groups;
    });

/** Addresses or a number of hops; `true` is refused because it lets every client choose its own address. */
const trustProxy = () =>
  z
    .string()
    .transform((text) => {
      if (text === 'false' || text === '0') return false as const;
      return /^\d+$/.test(text) ? Number(text) : text.split(',').map((part) => part.trim());
    })
    .refine(
      (value) =>
        !Array.isArray(value) ||
        value.every((part) => /^(loopback|linklocal|uniquelocal|[0-9a-fA-F.:]+(\/\d{1,3})?)$/.test(part)),
      'must be false, a number of hops, or addresses like 10.0.0.0/8 or loopback (true would let clients forge their address)',
    )
    .refine(
      (value) => !Array.isArray(value) || !value.some((part) => /\/0+$/.test(part)),
      'must not contain every address (/0): any client could forge its own; name the addresses of the proxy',
    );

/** One variable: `parse` turns its text into its value; `secret` values are masked wherever configuration is shown. */
export const SETTINGS = {
  NODE_ENV: { schema: oneOf(['development', 'test', 'production']).default('development') },
  HOST: { schema: z.string().optional() },
  PORT: { schema: integer(0, 65535).default(3000) },
  MANAGEMENT_PORT: { schema: integer(0, 65535).optional() },
  DATABASE_URL: { schema: databaseUrl().optional(), secret: true },
  DATABASE_POOL_SIZE: { schema: integer(2, 200).default(10) },
  EMBEDDED_DATABASE: { schema: flag().default(false) },
  DATA_DIR: {
    schema: z
      .string()
      .default('./data')
      .transform((path) => resolve(path)),
  },
  REDIS_URL: {
    schema: z
      .string()
      .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
      .optional(),
    secret: true,
  },
  TYPEFORM_API_KEY: { schema: secret(10).optional(), secret: true },
  TYPEFORM_API_BASE_URL: { schema: typeformBaseUrl().default('https://api.typeform.com') },
  TYPEFORM_RATE_LIMIT_PER_SECOND: {
    schema: decimal('more than 0 and at most 2', (value) => value > 0 && value <= 2).default(2),
  },
  TYPEFORM_TIMEOUT_SECONDS: { schema: integer(1, 300).default(30) },
  TYPEFORM_WEBHOOK_SECRET: { schema: secret(20).optional(), secret: true },
  TYPEFORM_WEBHOOK_SECRET_PREVIOUS: { schema: secret(20).optional(), secret: true },
  PUBLIC_URL: { schema: httpUrl().optional() },
  ADMIN_API_KEY: { schema: sendableKey(32).optional(), secret: true },
  ENCRYPTION_KEYS: { schema: encryptionKeys().optional(), secret: true },
  WEBHOOK_MAX_PAYLOAD_BYTES: { schema: integer(1, 10_485_760).default(1_048_576) },
  WEBHOOK_MAX_EVENT_AGE_DAYS: { schema: integer(1, 36_500).default(30) },
  WEBHOOK_PROCESSING_ENABLED: { schema: flag().default(true) },
  RETRY_INITIAL_SECONDS: { schema: integer(1, 3600).default(120) },
  RETRY_MAX_SECONDS: { schema: integer(1, 7200).default(3600) },
  RETRY_MULTIPLIER: { schema: decimal('more than 1 and at most 5', (value) => value > 1 && value <= 5).default(2) },
  RETRY_JITTER_PERCENT: { schema: integer(0, 50).default(25) },
  RETRY_MAX_HOURS: { schema: integer(1, 72).default(10) },
  RETRY_MAX_ATTEMPTS: { schema: integer(3, 50).default(20) },
  THROTTLE_LIMIT: { schema: integer(1, 1_000_000).default(600) },
  THROTTLE_TTL_SECONDS: { schema: integer(1, 3600).default(1) },
  ADMIN_THROTTLE_LIMIT: { schema: integer(1, 1_000_000).default(60) },
  SESSION_HOURS: { schema: integer(1, 168).default(12) },
  OIDC_ISSUER: { schema: issuer().optional() },
  OIDC_CLIENT_ID: { schema: z.string().optional() },
  OIDC_CLIENT_SECRET: { schema: secret(1).optional(), secret: true },
  OIDC_ROLES_CLAIM: { schema: z.string().default('groups') },
  OIDC_ROLES: { schema: groupsOfRoles().optional() },
  TRUST_PROXY: { schema: trustProxy().default(false) },
  RECONCILE_INTERVAL_SECONDS: { schema: integer(0, 86_400).default(300) },
  RESPONSE_RETENTION_DAYS: { schema: integer(0, 36_500).default(0) },
  DEFAULT_PHONE_COUNTRY: {
    schema: z
      .string()
      .refine((code) => asCountry(code) !== null, 'must be the ISO code of a country, such as DE or US')
      .transform((code) => code.toUpperCase())
      .optional(),
  },
  WORKER_MODE: { schema: oneOf(['intake', 'processor', 'all']).default('all') },
  SANDBOX_PORT: { schema: integer(0, 65535).default(3001) },
  RELEASE_TAG: { schema: z.string().optional() },
  OTEL_EXPORTER_OTLP_ENDPOINT: { schema: httpUrl().optional() },
  LOG_LEVEL: { schema: oneOf(['trace', 'debug', 'info', 'warn', 'error']).default('info') },
} satisfies Record<string, { schema: z.ZodType; secret?: boolean }>;

export type SettingName = keyof typeof SETTINGS;

/** The values after parsing, before the rules that look at several variables. */
export type Settings = { [Name in SettingName]: z.output<(typeof SETTINGS)[Name]['schema']> };
