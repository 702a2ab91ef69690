import type { RunningApp } from './app.setup';
import { printBanner } from './banner';
import { loadConfig } from './config/load-config';

const printed = (environment: Record<string, string>): string => {
  const loaded = loadConfig({
    ADMIN_API_KEY: 'a'.repeat(32),
    TYPEFORM_WEBHOOK_SECRET: 's'.repeat(32),
    ENCRYPTION_KEYS: `k:${Buffer.alloc(32, 1).toString('base64')}`,
    ...environment,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.report.problems));
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const running = { url: 'http://127.0.0.1:3000', managementUrl: null } as RunningApp;
    printBanner(loaded.config, { running, database: 'x', sandbox: null, now: new Date(0), adminKeyGiven: true });
    return write.mock.calls.join('');
  } finally {
    write.mockRestore();
  }
};

it('names who stands for Typeform: without a key never Typeform itself', () => {
  expect(printed({ TYPEFORM_API_KEY: 'tfp_0123456789_example' })).toContain('Typeform   https://api.typeform.com');
  const taken = printed({ SANDBOX_PORT: '3001' });
  expect(taken).toContain('Typeform   whatever listens at http://127.0.0.1:3001: SANDBOX_PORT was taken');
  expect(taken).not.toContain('api.typeform.com');
});

it('names the address of the webhooks from outside', () => {
  expect(printed({ PUBLIC_URL: 'https://hooks.example.com' })).toContain(
    'from outside https://hooks.example.com/webhooks/typeform',
  );
});

it('says when Typeform cannot reach the service, for a real account only', () => {
  const key = { TYPEFORM_API_KEY: 'tfp_0123456789_example' };
  expect(printed(key)).toContain('PUBLIC_URL is not set, so Typeform cannot deliver to this service: set PUBLIC_URL');
  expect(printed({ ...key, PUBLIC_URL: 'https://10.0.0.7' })).toMatch(
    /PUBLIC_URL is an address that .*\(10\.0\.0\.7\)/,
  );
  expect(printed({ ...key, PUBLIC_URL: 'https://hooks.example.com' })).not.toContain('PUBLIC_URL');
  expect(printed({ ...key, TYPEFORM_API_BASE_URL: 'http://127.0.0.1:3001' })).not.toContain('PUBLIC_URL');
});
