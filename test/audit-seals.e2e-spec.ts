/** The seals of the audit log: the owner of the tables can write to all of them, and has no key. */
import { randomBytes } from 'node:crypto';
import type { AuditEntryView, AuditVerification } from '../src/audit/audit.dto';
import { appendUnsealed, rewriteFrom, thenRestored, withoutTriggers } from './support/audit-forgery';
import { createTestDatabase, type TestDatabase } from './support/database';
import { commandHere, type CommandRun } from './support/command-here';
import { eventually, startTestApp, type TestApp } from './support/test-app';

const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const [K1, K2, K3] = [key('k1'), key('k2'), key('k3')];

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ ENCRYPTION_KEYS: K1 });
  await change(app, 6);
});
afterAll(() => app.stop());

async function change(of: TestApp, times: number): Promise<void> {
  for (let n = 1; n <= times; n += 1)
    await of
      .admin('post', '/v1/api-keys')
      .send({ name: `key ${n}`, role: 'viewer' })
      .expect(201);
}

const verify = async (of = app): Promise<AuditVerification> =>
  (await of.admin('get', '/v1/audit/verify').expect(200)).body as AuditVerification;

/** The gauges of the audit log, by what follows `onboarding_audit_`. */
async function metrics(of = app): Promise<Record<string, number>> {
  const { text } = await of.http.get('/metrics').expect(200);
  const found = [...text.matchAll(/^onboarding_audit_(\w+) (\d+)$/gm)];
  return Object.fromEntries(found.map(([, name = '', value]) => [name, Number(value)]));
}

const sealedEntries = async (of = app): Promise<AuditEntryView[]> =>
  ((await of.admin('get', '/v1/audit?action=audit.sealed&limit=200').expect(200)).body as { items: AuditEntryView[] })
    .items;

const stripSeals = (condition: string): Promise<void> =>
  withoutTriggers(app.database.pool, () => app.database.pool.query(`DELETE FROM audit_seal WHERE ${condition}`));

/** Runs `work` with another process on the same database, started now: it has seen nothing before. */
async function withNewProcess(
  work: (fresh: TestApp) => Promise<void>,
  { keys = K1, database = app.database }: { keys?: string; database?: TestDatabase } = {},
): Promise<void> {
  const fresh = await startTestApp({ ENCRYPTION_KEYS: keys }, { database });
  try {
    await eventually(async () => 'chain_intact' in (await metrics(fresh)), 'the chain was verified');
    await work(fresh);
  } finally {
    await fresh.stop();
  }
}

it('every entry gets its seal with its change', async () => {
  expect(await verify()).toMatchObject({ valid: true, entries: 6, sealed: 6, unsealed: 0, late: 0 });
  expect(await metrics()).toMatchObject({ entries: 6, end_intact: 1, unsealed_entries: 0, late_entries: 0 });
  expect(await sealedEntries()).toEqual([]);
  await expect(app.database.pool.query('DELETE FROM audit_seal')).rejects.toThrow(/append-only/);
  await expect(app.database.pool.query('UPDATE audit_seal SET late = 1')).rejects.toThrow(/append-only/);
});

it('what a release without seals adds is no tampering: the next change seals it, and says so', async () => {
  await appendUnsealed(app.database.pool, 'first');
  await appendUnsealed(app.database.pool, 'second');
  expect(await verify()).toMatchObject({ valid: true, sealed: 6, unsealed: 2, late: 0 });
  expect(await metrics()).toMatchObject({ end_intact: 1, unsealed_entries: 2, late_entries: 0 });
  await change(app, 2);
  expect(await sealedEntries()).toMatchObject([{ id: '9', details: { from: '7', to: '8', entries: 2 } }]);
  expect(await verify()).toMatchObject({ valid: true, entries: 11, sealed: 11, unsealed: 0, late: 2 });
  expect(await metrics()).toMatchObject({ end_intact: 1, unsealed_entries: 0, late_entries: 2 });
});

/** The log has 11 entries now; 7 and 8 have no seal of their own. */
const TAMPERING = {
  'rewritten from entry 3 on': () => rewriteFrom(app.database.pool, 3),
  'rewritten where the next seal covers it': () => rewriteFrom(app.database.pool, 8),
  'one seal taken away': () => stripSeals('id = 4'),
  'rewritten from entry 3 on, their seals taken away': async () => {
    await rewriteFrom(app.database.pool, 3);
    await stripSeals('id >= 3');
  },
  'all seals taken away': () => stripSeals('true'),
  'the end cut off without a trace': () =>
    withoutTriggers(app.database.pool, () =>
      app.database.pool.query(
        `DELETE FROM audit_entry WHERE id > 4; DELETE FROM audit_seal WHERE id > 4;
         UPDATE audit_head SET (id, hash) = (SELECT id, hash FROM audit_entry WHERE id = 4)`,
      ),
    ),
};
type Tampering = keyof typeof TAMPERING;

// Before another process runs in this one: it would take over the metrics.
describe('the process that runs finds', () => {
  it.each<[Tampering, string, RegExp]>([
    ['rewritten from entry 3 on', '3', /seal does not fit/],
    ['rewritten where the next seal covers it', '7', /seal does not fit/],
    ['rewritten from entry 3 on, their seals taken away', '3', /others are in their place/],
    ['all seals taken away', '1', /entries or seals .* are gone/],
    ['the end cut off without a trace', '5', /are gone/],
  ])('%s, at entry %s', async (what, brokenAt, problem) => {
    await thenRestored(app.database.pool, async () => {
      await TAMPERING[what]();
      const found = { valid: false, brokenAt, entries: Number(brokenAt) - 1, problem: expect.stringMatching(problem) };
      expect(await verify()).toMatchObject(found);
      expect(await metrics()).toMatchObject({ end_intact: 0 });
      // Beyond the length it had: the count of entries tells nothing any more.
      await change(app, 8);
      expect(await verify()).toMatchObject({ valid: false });
      expect(await metrics()).toMatchObject({ end_intact: 0 });
    });
    expect(await verify()).toMatchObject({ valid: true, entries: 11 });
    expect(await metrics()).toMatchObject({ end_intact: 1 });
  });
});

describe('a process that starts afterwards', () => {
  it.each<[Tampering, string, RegExp]>([
    ['rewritten from entry 3 on', '3', /seal does not fit/],
    ['rewritten where the next seal covers it', '7', /seal does not fit/],
    ['one seal taken away', '4', /seals were removed/],
  ])('finds %s, at entry %s', async (what, brokenAt, problem) => {
    await thenRestored(app.database.pool, async () => {
      await TAMPERING[what]();
      await withNewProcess(async (fresh) => {
        const found = { valid: false, brokenAt, problem: expect.stringMatching(problem) };
        expect(await verify(fresh)).toMatchObject(found);
        expect(await metrics(fresh)).toMatchObject({ chain_intact: 0 });
        expect(fresh.logs.filter((line) => line.includes('tampered with'))).toHaveLength(1);
        await change(fresh, 1);
        expect(await verify(fresh)).toMatchObject(found);
      });
    });
  });

  it.each<[Tampering, number]>([
    ['rewritten from entry 3 on, their seals taken away', 3],
    ['all seals taken away', 1],
  ])('cannot know of %s, but says for good which entries had none', async (what, from) => {
    await thenRestored(app.database.pool, async () => {
      await TAMPERING[what]();
      await withNewProcess(async (fresh) => {
        const entries = 12 - from;
        expect((await sealedEntries(fresh))[0]).toMatchObject({
          actorId: 'audit',
          subject: String(from),
          details: { from: String(from), to: '11', entries },
        });
        expect(await metrics(fresh)).toMatchObject({ chain_intact: 1, unsealed_entries: 0, late_entries: entries });
        expect(fresh.logs.filter((line) => line.includes('without a seal'))).toHaveLength(1);
        expect(await verify(fresh)).toMatchObject({ valid: true, late: entries });
      });
      expect(await verify()).toMatchObject({ valid: false, brokenAt: String(from) });
    });
  });
});

describe('a log from before there were seals', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    for (let n = 1; n <= 5; n += 1) await appendUnsealed(database.pool, `form ${n}`);
  });
  afterAll(() => database.drop());

  const rotate = (keys: string, ...options: string[]): Promise<CommandRun> =>
    commandHere({ DATABASE_URL: database.url, ENCRYPTION_KEYS: keys }, 'rotate-keys', ...options);

  it('is sealed once, by whichever process is first, and says so', async () => {
    const both = await Promise.all([1, 2].map(() => startTestApp({ ENCRYPTION_KEYS: K1 }, { database })));
    try {
      for (const each of both) {
        const sealed = async (): Promise<boolean> => (await metrics(each)).chain_intact === 1;
        await eventually(sealed, 'the chain was verified');
        expect(await verify(each)).toMatchObject({ valid: true, entries: 6, sealed: 6, unsealed: 0, late: 5 });
      }
      expect(await sealedEntries(both[0])).toMatchObject([{ id: '6', details: { from: '1', to: '5', entries: 5 } }]);
    } finally {
      await Promise.all(both.map((each) => each.stop()));
    }
  });

  it('rotate-keys seals with the new key, and the old one is not needed any more', async () => {
    const { code, stdout } = await rotate([K2, K1].join(','), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      keysInUse: ['k2'],
      audit: { resealed: 1, lostKeys: [], wrong: 0 },
    });
    expect(code).toBe(0);
    await withNewProcess(
      async (fresh) => {
        const found = await verify(fresh);
        expect(found).toMatchObject({ valid: true, entries: 7, sealed: 7, late: 5 });
        const noted = fresh.logs.filter((line) => line.includes('The audit log is intact'));
        expect(noted).toEqual([expect.stringContaining(String(found.headHash))]);
        const { body } = await fresh.admin('get', '/v1/audit?action=audit.resealed').expect(200);
        expect(body.items).toMatchObject([
          { subject: '6', details: { fromKeys: ['k1'], toKey: 'k2', entries: 1, unchecked: 0 } },
        ]);
      },
      { keys: K2, database },
    );
  });

  it('a lost key is named, with the remedy; only who says so seals anew what it had sealed', async () => {
    await withNewProcess(
      async (fresh) => {
        const problem = expect.stringMatching(/the key "k2", which is not in ENCRYPTION_KEYS: put it back/);
        expect(await verify(fresh)).toMatchObject({ valid: false, problem });
        expect(await metrics(fresh)).toMatchObject({ chain_intact: 0 });
      },
      { keys: K3, database },
    );
    const environment = { DATABASE_URL: database.url, ENCRYPTION_KEYS: K3 };
    const preflight = await commandHere(environment, 'preflight', '--only', 'keys.encryption', '--json');
    expect(preflight.code).toBe(1);
    expect(preflight.stdout).toContain("audit entries were sealed with the key 'k2', which is missing");
    const refused = await rotate(K3);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/key k2 made cannot be checked; put the key back.*--accept-lost-audit-keys/);
    const accepted = await rotate(K3, '--accept-lost-audit-keys', '--json');
    expect(JSON.parse(accepted.stdout)).toMatchObject({ keysInUse: ['k3'], audit: { resealed: 2, lostKeys: [] } });
    expect(accepted.code).toBe(0);
    await withNewProcess(
      async (fresh) => {
        expect(await verify(fresh)).toMatchObject({ valid: true, entries: 8, sealed: 8, late: 5 });
      },
      { keys: K3, database },
    );
  });

  it('rotate-keys leaves a seal that does not fit as evidence', async () => {
    await rewriteFrom(database.pool, 7);
    const { code, stdout } = await rotate([K1, K3].join(','), '--json', '--accept-lost-audit-keys');
    expect(JSON.parse(stdout)).toMatchObject({ keysInUse: ['k1', 'k3'], audit: { resealed: 1, wrong: 2 } });
    expect(code).toBe(1);
    await withNewProcess(
      async (fresh) => {
        expect(await verify(fresh)).toMatchObject({ valid: false, brokenAt: '7' });
      },
      { keys: [K1, K3].join(','), database },
    );
  });
});
