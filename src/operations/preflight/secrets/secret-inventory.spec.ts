import { givenSecrets, redactor } from './secret-inventory';

const environment = {
  TYPEFORM_WEBHOOK_SECRET: 'hush-webhook',
  ADMIN_API_KEY: undefined,
  ENCRYPTION_KEYS: 'k1:aHVzaC1vbmU=,k2:aHVzaC10d28=',
  DATABASE_URL: 'postgresql://onboarding:hush%40database@db.example.com/onboarding',
  REDIS_URL: 'rediss://:hush-redis@redis.example.com:6379',
  PUBLIC_URL: 'https://onboarding.example.com',
};

it('finds every secret that is set, keys and passwords apart', () => {
  expect(givenSecrets(environment)).toEqual([
    { name: 'DATABASE_URL (password)', value: 'hush@database' },
    { name: 'REDIS_URL (password)', value: 'hush-redis' },
    { name: 'TYPEFORM_WEBHOOK_SECRET', value: 'hush-webhook' },
    { name: 'ENCRYPTION_KEYS (k1)', value: 'aHVzaC1vbmU=' },
    { name: 'ENCRYPTION_KEYS (k2)', value: 'aHVzaC10d28=' },
  ]);
});

it('cuts them out of a text, as they are and as they stand in URLs, and leaves the rest', () => {
  const redact = redactor(environment);
  expect(redact(Object.values(environment).filter(Boolean).join(' '))).toBe(
    '*** k1:***,k2:*** postgresql://onboarding:***@db.example.com/onboarding ' +
      'rediss://:***@redis.example.com:6379 https://onboarding.example.com',
  );
  expect(redact('hush@database')).toBe('***');
});

it.each(['postgresql://[', 'redis://%', 'mysql://x'])('bears with %j, which is no URL', (url) => {
  expect(givenSecrets({ DATABASE_URL: url, REDIS_URL: url })).toEqual([]);
});
