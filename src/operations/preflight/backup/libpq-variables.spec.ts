import { libpqVariables } from './libpq-variables';

const PGAPPNAME = 'typeform-onboarding-preflight';

it.each([
  [
    'postgresql://user:p%40ss@db.example.com:5433/onboarding?sslmode=verify-full',
    {
      PGHOST: 'db.example.com',
      PGPORT: '5433',
      PGUSER: 'user',
      PGPASSWORD: 'p@ss',
      PGDATABASE: 'onboarding',
      PGSSLMODE: 'verify-full',
    },
  ],
  [
    'postgresql://postgres@/onboarding?host=%2Frun%2Fpostgresql&port=5444',
    { PGHOST: '/run/postgresql', PGPORT: '5444', PGUSER: 'postgres', PGDATABASE: 'onboarding' },
  ],
  ['postgres://localhost/onboarding', { PGHOST: 'localhost', PGDATABASE: 'onboarding' }],
])('%s', (url, expected) => expect(libpqVariables(url)).toEqual({ ...expected, PGAPPNAME }));
