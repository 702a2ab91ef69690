import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkEnvironment, Environment, loadConfig } from './load-config';

const PRODUCTION: Environment = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgresql://app:pw@db.example.com:5432/onboarding',
  TYPEFORM_API_KEY: 'tfp_0123456789',
  TYPEFORM_WEBHOOK_SECRET: 'w'.repeat(32),
  ADMIN_API_KEY: 'a'.repeat(32),
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  PUBLIC_URL: 'https://hooks.example.com/',
};
const problemsOf = (environment: Environment) => checkEnvironment(environment).report.problems.map(({ name }) => name);

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'config-'))));
afterEach(() => rmSync(dir, { recursive: true }));

const load = (environment: Environment) => {
  const loaded = loadConfig({ DATA_DIR: dir, ...environment });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.report.problems));
  return loaded.config;
};

describe('defaults', () => {
  it('are those of the contract', () => {
    const config = load({});
    expect(config).toMatchObject({
      environment: 'development',
      http: { host: '127.0.0.1', port: 3000, managementPort: null, publicUrl: null, trustProxy: false },
      database: { url: null, poolSize: 10 },
      redisUrl: null,
      typeform: { apiKey: null, baseUrl: 'https://api.typeform.com', rateLimitPerSecond: 2, timeoutMs: 30_000 },
      intake: {
        previousSecret: null,
        maxPayloadBytes: 1_048_576,
        maxEventAgeDays: 30,
        throttleLimit: 600,
        throttleTtlSeconds: 1,
      },
      processing: {
        enabled: true,
        retry: {
          initialSeconds: 120,
          maxSeconds: 3600,
          multiplier: 2,
          jitterPercent: 25,
          maxHours: 10,
          maxAttempts: 20,
        },
      },
      access: { throttleLimitPerSecond: 60 },
      reconcileIntervalSeconds: 300,
      responseRetentionDays: 0,
      workerMode: 'all',
      sandboxPort: 3001,
      logLevel: 'info',
    });
  });

  it('generate keys outside production, once, readable by their owner only', () => {
    const first = load({});
    const file = join(dir, 'keys.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(load({}).intake.secret).toBe(first.intake.secret);
    expect(first.access.adminApiKey.length).toBeGreaterThanOrEqual(43);
    expect(first.encryptionKeys[0].key).toHaveLength(32);
    expect(readFileSync(file, 'utf8')).toContain(first.access.adminApiKey);
  });

  it('an empty value is "not set", as Kubernetes writes it', () => {
    expect(load({ PORT: '', PUBLIC_URL: '', LOG_LEVEL: '' })).toMatchObject({ http: { port: 3000 }, logLevel: 'info' });
  });
});

describe('production', () => {
  it('is satisfied by real values', () => {
    expect(load(PRODUCTION)).toMatchObject({ http: { host: '0.0.0.0', publicUrl: 'https://hooks.example.com' } });
    expect(existsSync(join(dir, 'keys.json'))).toBe(false);
  });

  it('demands everything that is generated or built in elsewhere', () => {
    expect(problemsOf({ NODE_ENV: 'production' }).sort()).toEqual([
      'ADMIN_API_KEY',
      'DATABASE_URL',
      'ENCRYPTION_KEYS',
      'PUBLIC_URL',
      'TYPEFORM_API_KEY',
      'TYPEFORM_WEBHOOK_SECRET',
    ]);
  });

  it.each([
    ['PUBLIC_URL', 'http://hooks.example.com'],
    ['TYPEFORM_API_BASE_URL', 'http://127.0.0.1:3001'],
  ])('refuses %s=%s', (name, value) => {
    expect(problemsOf({ ...PRODUCTION, [name]: value })).toEqual([name]);
  });

  it('takes the embedded database only when it is said on purpose', () => {
    const without = { ...PRODUCTION, DATABASE_URL: undefined };
    expect(problemsOf(without)).toEqual(['DATABASE_URL']);
    expect(problemsOf({ ...without, EMBEDDED_DATABASE: 'true' })).toEqual([]);
  });
});

describe('problems', () => {
  it('are all reported at once, without any value, and nothing is written', () => {
    const environment = {
      DATA_DIR: dir,
      PORT: 'abc',
      ADMIN_API_KEY: 'short-secret',
      RETRY_MULTIPLIER: '1',
      LOG_LEVEL: 'loud',
    };
    const { ok, report } = loadConfig(environment);
    expect(ok).toBe(false);
    expect(report.problems.map(({ name }) => name)).toEqual(['PORT', 'ADMIN_API_KEY', 'RETRY_MULTIPLIER', 'LOG_LEVEL']);
    expect(JSON.stringify(report)).not.toContain('short-secret');
    expect(existsSync(join(dir, 'keys.json'))).toBe(false);
  });

  it.each([
    ['NODE_ENV', 'staging'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['DATABASE_URL', 'mysql://x/y'],
    ['DATABASE_POOL_SIZE', '1'],
    ['REDIS_URL', 'http://localhost'],
    ['TYPEFORM_API_KEY', 'short'],
    ['TYPEFORM_API_BASE_URL', 'https://api.typeform.com.evil.example'],
    ['TYPEFORM_API_BASE_URL', 'https://user:pw@api.typeform.com'],
    ['TYPEFORM_API_BASE_URL', 'http://api.typeform.com'],
    ['TYPEFORM_RATE_LIMIT_PER_SECOND', '0'],
    ['TYPEFORM_RATE_LIMIT_PER_SECOND', '2.1'],
    ['TYPEFORM_TIMEOUT_SECONDS', '301'],
    ['TYPEFORM_WEBHOOK_SECRET', ''],
    ['TYPEFORM_WEBHOOK_SECRET', 'x'.repeat(19)],
    ['TYPEFORM_WEBHOOK_SECRET_PREVIOUS', 'x'],
    ['PUBLIC_URL', 'ftp://example.com'],
    ['PUBLIC_URL', 'https://example.com/?x=1'],
    ['ADMIN_API_KEY', 'x'.repeat(31)],
    ['ENCRYPTION_KEYS', 'k1:c2hvcnQ='],
    ['ENCRYPTION_KEYS', `k:${Buffer.alloc(32).toString('base64')},k:${Buffer.alloc(32).toString('base64')}`],
    ['WEBHOOK_MAX_PAYLOAD_BYTES', '10485761'],
    ['WEBHOOK_PROCESSING_ENABLED', 'yes'],
    ['RETRY_MAX_HOURS', '73'],
    ['RETRY_MAX_ATTEMPTS', '2'],
    ['RETRY_JITTER_PERCENT', '51'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '10.0.0.0/8,nonsense'],
    ['WORKER_MODE', 'both'],
  ])('%s=%s is one', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([name]);
  });

  it('look at several variables together', () => {
    expect(problemsOf({ RETRY_INITIAL_SECONDS: '600', RETRY_MAX_SECONDS: '60' })).toEqual(['RETRY_MAX_SECONDS']);
    expect(problemsOf({ PORT: '3000', MANAGEMENT_PORT: '3000' })).toEqual(['MANAGEMENT_PORT']);
  });

  it.each(['10.0.0.0/8', 'loopback', '2', 'fd00::/8, 127.0.0.1'])('TRUST_PROXY=%s is none', (value) => {
    expect(problemsOf({ TRUST_PROXY: value })).toEqual([]);
  });
});

describe('names that are no settings', () => {
  it('cause a warning with the nearest name, when they look like ours', () => {
    const { warnings } = checkEnvironment({ TYPEFORM_WEBHOK_SECRET: 'x', RETRY_MAX_HOUR: '1', HOME: '/x' }).report;
    expect(warnings.map(({ name, message }) => `${name} ${message}`)).toEqual([
      expect.stringMatching(/^TYPEFORM_WEBHOK_SECRET .*TYPEFORM_WEBHOOK_SECRET\?$/),
      expect.stringMatching(/^RETRY_MAX_HOUR .*RETRY_MAX_HOURS\?$/),
    ]);
  });

  it.each([
    ['PUBLIC_ULR', 'PUBLIC_URL'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['ENCRYPTION_KEY', 'ENCRYPTION_KEYS'],
    ['TRUST_PROXI', 'TRUST_PROXY'],
    ['LOG_LEVLE', 'LOG_LEVEL'],
  ])('%s is a slip of the keyboard', (name, nearest) => {
    expect(checkEnvironment({ [name]: 'x' }).report.warnings).toEqual([
      { name, message: `is not a setting of this service; did you mean ${nearest}?` },
    ]);
  });

  it.each([
    'POST',
    'HOSTS',
    'PORTS',
    'PATH',
    'PWD',
    'LOGNAME',
    'NODE_PATH',
    'NODE_OPTIONS',
    'DATABASE_HOST',
    'GRADUATE_DIR',
  ])('%s belongs to another program', (name) => {
    expect(checkEnvironment({ [name]: 'x' }).report.warnings).toEqual([]);
  });
});

it('the report masks every secret', () => {
  const { report } = checkEnvironment(PRODUCTION);
  const text = JSON.stringify(report);
  for (const name of [
    'DATABASE_URL',
    'TYPEFORM_API_KEY',
    'TYPEFORM_WEBHOOK_SECRET',
    'ADMIN_API_KEY',
    'ENCRYPTION_KEYS',
  ]) {
    expect(text).not.toContain(PRODUCTION[name]);
    expect(report.settings[name]).toMatch(/^set \(\d+ characters\)$/);
  }
});

describe('what can never work', () => {
  it.each(['0.0.0.0/0', '::/0', '10.0.0.0/8, 0.0.0.0/0', '0.0.0.0/00'])('TRUST_PROXY=%s trusts everybody', (value) => {
    const { report } = checkEnvironment({ TRUST_PROXY: value });
    expect(report.problems).toEqual([{ name: 'TRUST_PROXY', message: expect.stringContaining('every address') }]);
  });

  it.each([
    ['a blank', `${'x'.repeat(32)} y`],
    ['a line break', `${'x'.repeat(32)}\n`],
    ['a letter beyond ASCII', `${'x'.repeat(32)}é`],
    ['more than a header takes', 'x'.repeat(513)],
  ])('an ADMIN_API_KEY with %s cannot be sent', (_what, value) => {
    const { report } = checkEnvironment({ ADMIN_API_KEY: value });
    expect(report.problems).toEqual([{ name: 'ADMIN_API_KEY', message: expect.stringContaining('header') }]);
  });
});
