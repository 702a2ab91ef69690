/** The environment -> AppConfig, with every problem found at once. */
import { join } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { problemOfPublicUrl } from '../core/public-address';
import { isRealAccount } from '../core/typeform-hosts';
import { AppConfig } from './app-config';
import type { ConfigFinding, ConfigReport, SettingSource } from './config-report';
import { toAppConfig } from './to-app-config';
import { SettingName, Settings, SETTINGS } from './settings';

export type Environment = Readonly<Record<string, string | undefined>>;

export type LoadedConfig = { report: ConfigReport } & ({ ok: true; config: AppConfig } | { ok: false });
export type ValidConfig = Extract<LoadedConfig, { ok: true }>;

const NAMES = Object.keys(SETTINGS) as SettingName[];
const GUARDED_PREFIX = /^(TYPEFORM|WEBHOOK|RETRY)_/;
/** Two letters that changed places are two edits. */
const SLIP_DISTANCE = 2;
const GUESSED_LENGTH = 8;
const RECOMMENDED_SECRET_LENGTH = 32;
/** Generated outside production when they are not set. */
const GENERATED: readonly SettingName[] = ['TYPEFORM_WEBHOOK_SECRET', 'ADMIN_API_KEY', 'ENCRYPTION_KEYS'];

/**
 * Validates the environment as a whole. Outside production missing keys are generated and kept in `DATA_DIR/keys.json`
 * (only when everything else is valid, so a failed start writes nothing).
 */
export function loadConfig(environment: Environment): LoadedConfig {
  const { report, settings } = checkEnvironment(environment);
  return settings ? { ok: true, report, config: { ...toAppConfig(settings), report } } : { ok: false, report };
}

/** Validates the environment without generating anything; `settings` is null when there are problems. */
export function checkEnvironment(environment: Environment): { report: ConfigReport; settings: Settings | null } {
  const { settings, problems } = parseSettings(environment);
  problems.push(...crossChecks(settings));
  const report: ConfigReport = {
    environment: settings.NODE_ENV ?? 'unknown',
    problems,
    warnings: [...unknownNames(environment), ...unreachableForTypeform(settings)],
    recommendations: recommendations(settings),
    ...valuesInForce(environment, settings),
  };
  return { report, settings: problems.length === 0 ? (settings as Settings) : null };
}

function parseSettings(environment: Environment): { settings: Partial<Settings>; problems: ConfigFinding[] } {
  const settings: Record<string, unknown> = {};
  const problems: ConfigFinding[] = [];
  for (const name of NAMES) {
    const setting = SETTINGS[name];
    // An empty value means "not set", as Kubernetes and shells produce it; an empty secret is a mistake and refused.
    const text = environment[name] === '' && !('secret' in setting) ? undefined : environment[name];
    const result = setting.schema.safeParse(text);
    if (result.success) settings[name] = result.data;
    else problems.push({ name, message: result.error.issues.map((issue) => issue.message).join('; ') });
  }
  return { settings, problems };
}

/** Rules that look at several variables; contract section 2. */
function crossChecks(settings: Partial<Settings>): ConfigFinding[] {
  const problems: ConfigFinding[] = [];
  const demand = (broken: boolean, name: SettingName, message: string): void => {
    if (broken) problems.push({ name, message });
  };
  const { RETRY_INITIAL_SECONDS: initial, RETRY_MAX_SECONDS: max } = settings;
  demand(
    initial !== undefined && max !== undefined && initial > max,
    'RETRY_MAX_SECONDS',
    'must not be less than RETRY_INITIAL_SECONDS',
  );
  const { PORT: port, MANAGEMENT_PORT: management } = settings;
  demand(
    management !== undefined && management !== 0 && management === port,
    'MANAGEMENT_PORT',
    'must differ from PORT',
  );
  const ofOidc = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const;
  const someOidc = ofOidc.some((name) => settings[name] !== undefined);
  for (const name of ofOidc)
    demand(
      someOidc && settings[name] === undefined,
      name,
      `is required with ${ofOidc.filter((other) => other !== name).join(' and ')}`,
    );
  if (settings.NODE_ENV !== 'production') return problems;

  const required = (name: SettingName, message: string): void => demand(settings[name] === undefined, name, message);
  required('TYPEFORM_API_KEY', 'is required in production: the sandbox is for development only');
  required('TYPEFORM_WEBHOOK_SECRET', 'is required in production (create one with: openssl rand -base64 32)');
  required('ADMIN_API_KEY', 'is required in production (create one with: openssl rand -base64 32)');
  required(
    'ENCRYPTION_KEYS',
    'is required in production: id:base64(32 bytes) (create one with: openssl rand -base64 32)',
  );
  required('PUBLIC_URL', 'is required in production: the https URL that Typeform reaches');
  if (!settings.EMBEDDED_DATABASE) {
    required('DATABASE_URL', 'is required in production (or EMBEDDED_DATABASE=true, set deliberately)');
  }
  demand(settings.PUBLIC_URL?.startsWith('http:') === true, 'PUBLIC_URL', 'must be https in production');
  demand(
    settings.TYPEFORM_API_BASE_URL !== undefined && !settings.TYPEFORM_API_BASE_URL.includes('typeform.'),
    'TYPEFORM_API_BASE_URL',
    'must be a Typeform host in production',
  );
  return problems;
}

/** What looks like a setting of this service and is none: a family of its own, or a slip of the keyboard away from one. */
function unknownNames(environment: Environment): ConfigFinding[] {
  return Object.keys(environment)
    .filter((name) => !(name in SETTINGS))
    .flatMap((name) => {
      const nearest = NAMES.reduce((best, candidate) =>
        distance(name, candidate) < distance(name, best) ? candidate : best,
      );
      if (!GUARDED_PREFIX.test(name) && !isSlip(name, nearest)) return [];
      return [{ name, message: `is not a setting of this service; did you mean ${nearest}?` }];
    });
}

/** Short names are too close to those of other programs (`HOME`, `PORTS`). */
function isSlip(name: string, nearest: string): boolean {
  return nearest.length >= GUESSED_LENGTH && name[0] === nearest[0] && distance(name, nearest) <= SLIP_DISTANCE;
}

/** A real account delivers from outside; production demands PUBLIC_URL anyway. */
function unreachableForTypeform(settings: Partial<Settings>): ConfigFinding[] {
  const { TYPEFORM_API_KEY: apiKey, TYPEFORM_API_BASE_URL: baseUrl, PUBLIC_URL: publicUrl, NODE_ENV: mode } = settings;
  if (baseUrl === undefined || !isRealAccount({ apiKey, baseUrl })) return [];
  const message = mode === 'production' && !publicUrl ? null : problemOfPublicUrl(publicUrl);
  return message === null ? [] : [{ name: 'PUBLIC_URL', message }];
}

function recommendations(settings: Partial<Settings>): ConfigFinding[] {
  const found: ConfigFinding[] = [];
  const secret = settings.TYPEFORM_WEBHOOK_SECRET;
  if (secret !== undefined && secret.length < RECOMMENDED_SECRET_LENGTH) {
    found.push({ name: 'TYPEFORM_WEBHOOK_SECRET', message: `use at least ${RECOMMENDED_SECRET_LENGTH} characters` });
  }
  if (settings.TYPEFORM_WEBHOOK_SECRET_PREVIOUS !== undefined) {
    found.push({
      name: 'TYPEFORM_WEBHOOK_SECRET_PREVIOUS',
      message: 'remove it once Typeform signs with the new secret',
    });
  }
  if (settings.OIDC_ISSUER !== undefined && settings.OIDC_ROLES === undefined)
    found.push({
      name: 'OIDC_ROLES',
      message: 'name the groups, such as admin=a,b;viewer=c: without them nobody can sign in by single sign-on',
    });
  if (settings.NODE_ENV === 'production' && settings.TRUST_PROXY === false) {
    found.push({
      name: 'TRUST_PROXY',
      message: 'behind a proxy, all senders share one throttle counter until this names the proxy',
    });
  }
  return found;
}

/** What is shown of the configuration: only names and values that are not secret. */
function valuesInForce(
  environment: Environment,
  settings: Partial<Settings>,
): Pick<ConfigReport, 'settings' | 'sources'> {
  const generates = settings.NODE_ENV !== undefined && settings.NODE_ENV !== 'production';
  const generated = `generated (kept in ${join(settings.DATA_DIR ?? '', 'keys.json')})`;
  const isGenerated = (name: SettingName): boolean =>
    generates && environment[name] === undefined && GENERATED.includes(name);
  const show = (name: SettingName): string | number | boolean | null => {
    const value = (environment[name] ? undefined : whenNotSet(name, environment, settings)) ?? settings[name];
    if ('secret' in SETTINGS[name]) {
      const text = environment[name];
      if (text) return `set (${text.length} characters)`;
      if (isGenerated(name)) return generated;
      return typeof value === 'string' ? value : null;
    }
    if (value === undefined) return null;
    return typeof value === 'object' ? JSON.stringify(value) : value;
  };
  const sourceOf = (name: SettingName): SettingSource => {
    if (environment[name]) return 'environment';
    if (isGenerated(name)) return 'generated';
    return show(name) === null ? 'unset' : 'default';
  };
  return {
    settings: Object.fromEntries(NAMES.map((name) => [name, show(name)])),
    sources: Object.fromEntries(NAMES.map((name) => [name, sourceOf(name)])),
  };
}

/** What holds where a variable is not set; undefined when its default does, it is off, or the environment is not known. */
function whenNotSet(
  name: SettingName,
  environment: Environment,
  settings: Partial<Settings>,
): string | boolean | undefined {
  if (settings.NODE_ENV === undefined) return undefined;
  const production = settings.NODE_ENV === 'production';
  const { SANDBOX_PORT: sandboxPort } = settings;
  if (name === 'TYPEFORM_API_BASE_URL' && !production && !environment.TYPEFORM_API_KEY && sandboxPort !== undefined)
    return `the sandbox on port ${sandboxPort}`;
  if (name === 'EMBEDDED_DATABASE' && !production) return !environment.DATABASE_URL;
  if (name === 'HOST') return production ? '0.0.0.0' : '127.0.0.1';
  const embedded = !production || settings.EMBEDDED_DATABASE === true;
  if (name === 'DATABASE_URL' && embedded && settings.DATA_DIR !== undefined)
    return `embedded PostgreSQL in ${join(settings.DATA_DIR, 'postgres')}`;
  return undefined;
}
