import { type SetupFindings, setupSteps } from './setup-steps';

const KEY = {
  baseUrl: 'https://api.typeform.com',
  forms: 3,
  scopes: { proven: [], missing: [], unknown: [] },
  failure: null,
};
const ALL_IS_WELL: SetupFindings = {
  isSandbox: false,
  key: KEY,
  publicUrlProblem: null,
  intake: { reached: true, evidence: 'refuses an unsigned webhook' },
  stored: {
    webhook: { id: '1', formId: 'lT4Z3j', formTitle: 'Welcome', status: 'in_sync' },
    receivedAt: new Date('2026-11-24T10:00:00Z'),
    hasClient: true,
  },
};
const NOTHING_STORED = { webhook: null, receivedAt: null, hasClient: false };
const refused = (at: 'key' | 'region' | 'scopes', message: string, away = false): SetupFindings['key'] => ({
  ...KEY,
  forms: at === 'key' ? null : 3,
  scopes: null,
  failure: { at, message, away },
});

const statuses = (found: Partial<SetupFindings>): string =>
  setupSteps({ ...ALL_IS_WELL, ...found })
    .filter(({ status }) => status !== 'done')
    .map(({ id, status }) => `${id} ${status}`)
    .join(', ');

it.each<[string, Partial<SetupFindings>, string]>([
  ['all is well', {}, ''],
  [
    'the token is refused',
    { key: refused('key', 'refused: make one') },
    'token failed, scopes unknown, region unknown',
  ],
  ['Typeform is away', { key: refused('key', 'away', true) }, 'token unknown, scopes unknown, region unknown'],
  ['scopes are missing', { key: { ...KEY, scopes: { proven: [], missing: ['a'], unknown: [] } } }, 'scopes failed'],
  ['scopes are unclear', { key: { ...KEY, scopes: { proven: [], missing: [], unknown: ['a'] } } }, 'scopes unknown'],
  ['another region', { key: refused('region', 'kept elsewhere: set it') }, 'scopes unknown, region failed'],
  ['the scopes got no answer', { key: refused('scopes', 'away', true) }, 'scopes unknown'],
  ['no form', { key: { ...KEY, forms: 0, scopes: null } }, 'scopes pending, region pending'],
  ['no public address', { publicUrlProblem: 'is not set: set PUBLIC_URL' }, 'public_url failed'],
  ['nobody there', { intake: { reached: false, answered: false, evidence: 'x', remedy: 'y' } }, 'public_url failed'],
  ['a new installation', { stored: NOTHING_STORED }, 'form pending, webhook pending, test pending, client pending'],
  ['nothing came in', { stored: { ...ALL_IS_WELL.stored, receivedAt: null } }, 'test pending'],
  [
    'a webhook in trouble',
    { stored: { ...ALL_IS_WELL.stored, webhook: { id: '1', formId: 'f', formTitle: null, status: 'missing' } } },
    'webhook failed',
  ],
])('%s', (_, found, expected) => expect(statuses(found)).toBe(expected));

it.each([
  ['disabled_by_typeform', 'is disabled at Typeform'],
  ['missing', 'is missing'],
] as const)('says what is wrong with a webhook that is %s', (status, words) => {
  const webhook = { id: '1', formId: 'lT4Z3j', formTitle: null, status };
  const steps = setupSteps({ ...ALL_IS_WELL, stored: { ...ALL_IS_WELL.stored, webhook } });
  expect(steps.find(({ id }) => id === 'webhook')?.evidence).toBe(`the webhook of lT4Z3j ${words}`);
});

it('names what is missing, and says what to do about everything that is not done', () => {
  const key = { ...KEY, scopes: { proven: [], missing: ['webhooks:write', 'responses:read'], unknown: [] } };
  const steps = setupSteps({
    ...ALL_IS_WELL,
    key,
    publicUrlProblem: 'is not set: set PUBLIC_URL',
    stored: NOTHING_STORED,
  });
  expect(steps.find(({ id }) => id === 'scopes')).toMatchObject({
    evidence: 'TYPEFORM_API_KEY lacks webhooks:write, responses:read',
    remedy: expect.stringContaining('webhooks:write, responses:read'),
  });
  for (const { status, remedy } of steps) expect(remedy === null).toBe(status === 'done');
});
