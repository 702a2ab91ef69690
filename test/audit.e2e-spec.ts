/** The audit log: an entry with every change, or no change; append-only; a chain that tells what was tampered with. */
import { parse } from 'csv-parse/sync';
import { DataSource } from 'typeorm';
import type { AuditEntryView, AuditVerification } from '../src/audit/audit.dto';
import { AuditLog } from '../src/audit/audit-log';
import { auditHash, GENESIS_HASH } from '../src/core/audit-hash';
import { askEmail, askPhone, newEvent } from './support/events';
import { ADMIN_KEY, eventually, MANY_CONNECTIONS, startTestApp, TestApp, WEBHOOK_SECRET } from './support/test-app';

interface Made {
  id: string;
  key: string;
}

let app: TestApp;
let eventId: string;
beforeAll(async () => {
  app = await startTestApp(MANY_CONNECTIONS);
  const event = newEvent({
    formId: 'audited',
    questions: [askEmail('alice@example.com'), askPhone('+12025550123')],
    hidden: { email: 'hidden@example.com', user_id: 'u-1' },
  });
  eventId = String(event.event_id);
  await app.deliver(event).expect(200);
  await app.settled();
});
afterAll(() => app.stop());

const sql = <Row extends object>(text: string, values: unknown[] = [], on = app) =>
  on.database.pool.query<Row>(text, values).then(({ rows }) => rows);
const entries = async (query = 'limit=200'): Promise<AuditEntryView[]> =>
  ((await app.admin('get', `/v1/audit?${query}`).expect(200)).body as { items: AuditEntryView[] }).items;
const verify = async (on = app) => (await on.admin('get', '/v1/audit/verify').expect(200)).body as AuditVerification;
const makeKey = async (name: string, role = 'viewer'): Promise<Made> =>
  (await app.admin('post', '/v1/api-keys').send({ name, role }).expect(201)).body as Made;

/** The entries that `work` leaves, the oldest first. */
async function entriesOf(work: () => PromiseLike<unknown>): Promise<AuditEntryView[]> {
  const [newest] = await entries('limit=1');
  await work();
  return (await entries()).filter(({ id }) => Number(id) > Number(newest?.id ?? 0)).reverse();
}

describe('each change leaves one entry', () => {
  it('making and revoking an API key', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const body = { name: 'made here', role: 'operator', expiresAt };
    let made = { id: '' };
    const started = Date.now();
    const [created, ...more] = await entriesOf(async () => {
      made = (await app.admin('post', '/v1/api-keys').set('x-request-id', 'req-create').send(body).expect(201))
        .body as Made;
    });
    expect(more).toEqual([]);
    expect(created).toMatchObject({
      actorId: 'bootstrap',
      actorName: 'ADMIN_API_KEY',
      action: 'api_key.created',
      subject: made.id,
      details: body,
      requestId: 'req-create',
    });
    const at = Date.parse(String(created?.at));
    expect(at).toBeGreaterThanOrEqual(started);
    expect(at).toBeLessThanOrEqual(Date.now());

    const admin = await makeKey('revoker', 'admin');
    const revoke = (requestId: string) =>
      app.admin('delete', `/v1/api-keys/${made.id}`, admin.key).set('x-request-id', requestId).expect(204);
    const revoked = await entriesOf(async () => {
      await revoke('req-revoke');
      await revoke('req-again');
    });
    expect(revoked).toMatchObject([
      {
        actorId: admin.id,
        actorName: 'revoker',
        action: 'api_key.revoked',
        subject: made.id,
        details: {},
        requestId: 'req-revoke',
      },
    ]);
  });

  it('changing a form, with what it was before; saying the same again leaves none', async () => {
    const identifierMapping = { email: 'mail', company: 'hidden:email', phone: null };
    const patch = (body: object, requestId: string) =>
      app.admin('patch', '/v1/forms/audited').set('x-request-id', requestId).send(body).expect(200);
    let updatedAt: unknown[] = [];
    const made = await entriesOf(async () => {
      const first = await patch({ identifierMapping }, 'req-mapping');
      const same = await patch(
        { identifierMapping: { company: 'hidden:email', phone: null, email: 'mail' } },
        'req-same',
      );
      await patch({}, 'req-empty');
      updatedAt = [first.body, same.body].map((body: { updatedAt: string }) => body.updatedAt);
      const { body } = await patch({ status: 'paused', identifierMapping }, 'req-pause');
      expect(body).toMatchObject({ status: 'paused', identifierMapping });
      const { body: stored } = await app.admin('get', '/v1/forms/audited').expect(200);
      expect(stored).toEqual(body);
    });
    expect(updatedAt[0]).toBe(updatedAt[1]);
    const form = { action: 'form.updated', subject: 'audited', actorId: 'bootstrap' };
    expect(made).toMatchObject([
      { ...form, requestId: 'req-mapping', details: { identifierMapping: { from: {}, to: identifierMapping } } },
      { ...form, requestId: 'req-pause', details: { status: { from: 'active', to: 'paused' } } },
    ]);
    expect(Object.keys(made[1]?.details ?? {})).toEqual(['status']);
    await patch({ status: 'active' }, 'req-resume');
  });

  it('replaying one delivery and many', async () => {
    const operator = await makeKey('on duty', 'operator');
    const replay = (path: string, requestId: string, body: object = {}) =>
      app.admin('post', `/v1/deliveries/${path}`, operator.key).set('x-request-id', requestId).send(body).expect(200);
    const by = { actorId: operator.id, actorName: 'on duty' };
    const one = await entriesOf(() => replay(`${eventId}/replay`, 'req-one'));
    await app.settled();
    expect(one).toMatchObject([
      {
        ...by,
        action: 'delivery.replayed',
        subject: eventId,
        requestId: 'req-one',
        details: { formId: 'audited', status: 'processed', reason: null },
      },
    ]);
    const filter = { formId: 'audited', since: '2020-01-01T00:00:00Z' };
    const many = await entriesOf(() => replay('replay', 'req-many', filter));
    await app.settled();
    expect(many).toMatchObject([
      {
        ...by,
        action: 'deliveries.replayed',
        subject: 'audited',
        requestId: 'req-many',
        details: { filter, matched: 1, queued: 1, receivedUntil: expect.any(String) },
      },
    ]);
  });

  it('what is refused, finds nothing or only reads states leaves none', async () => {
    const viewer = await makeKey('only reads');
    const nobody = '00000000-0000-4000-8000-000000000000';
    const made = await entriesOf(async () => {
      await app.admin('post', '/v1/api-keys').send({ name: '', role: 'viewer' }).expect(422);
      await app.admin('post', '/v1/api-keys', viewer.key).send({ name: 'x', role: 'admin' }).expect(403);
      await app.admin('delete', `/v1/api-keys/${nobody}`).expect(404);
      await app.admin('patch', '/v1/forms/none').send({ status: 'paused' }).expect(404);
      await app.admin('post', '/v1/deliveries/none/replay').expect(404);
      const { body } = await app.admin('post', '/v1/deliveries/replay').send({ formId: 'none' }).expect(200);
      expect(body).toEqual({ matched: 0, queued: 0 });
      await app.admin('get', `/v1/deliveries/${eventId}`).expect(200);
      await app.admin('get', '/v1/audit/verify', viewer.key).expect(200);
    });
    expect(made).toEqual([]);
  });

  it('a replay of events whose bodies were erased changes nothing and leaves none', async () => {
    const event = newEvent({ formId: 'erased' });
    await app.deliver(event).expect(200);
    await app.settled();
    await sql(`UPDATE webhook_event SET payload = NULL WHERE form_id = 'erased'`);
    const made = await entriesOf(async () => {
      const { body } = await app.admin('post', '/v1/deliveries/replay').send({ formId: 'erased' }).expect(200);
      expect(body).toEqual({ matched: 1, queued: 0 });
      await app.admin('post', `/v1/deliveries/${String(event.event_id)}/replay`).expect(409);
    });
    expect(made).toEqual([]);
  });
});

describe('a change and its entry are one', () => {
  /** Runs `work` while a trigger makes `event` on a table fail, at once or only at the commit. */
  async function whileFailing(event: string, atCommit: boolean, work: () => Promise<void>): Promise<void> {
    const kind = atCommit ? 'CONSTRAINT TRIGGER sabotage AFTER' : 'TRIGGER sabotage BEFORE';
    await sql(`
      CREATE FUNCTION sabotage() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'sabotage'; END $$;
      CREATE ${kind} ${event} ${atCommit ? 'DEFERRABLE INITIALLY DEFERRED' : ''}
        FOR EACH ROW EXECUTE FUNCTION sabotage()`);
    try {
      await work();
    } finally {
      await sql('DROP FUNCTION sabotage CASCADE');
    }
  }

  const everything = async () =>
    JSON.stringify([
      await sql('SELECT * FROM api_key ORDER BY id'),
      await sql('SELECT * FROM onboarding_form ORDER BY form_id'),
      await sql('SELECT * FROM job ORDER BY id'),
      await sql('SELECT event_id, status, source, processed_at FROM webhook_event ORDER BY event_id'),
      await sql('SELECT * FROM audit_entry ORDER BY id'),
      await sql('SELECT * FROM audit_head'),
    ]);

  it.each([
    ['the entry cannot be written', 'INSERT ON audit_entry', false],
    ['the entry cannot be committed', 'INSERT ON audit_entry', true],
    ['a new key cannot be committed', 'INSERT ON api_key', true],
    ['a changed key cannot be committed', 'UPDATE ON api_key', true],
    ['a form cannot be committed', 'UPDATE ON onboarding_form', true],
    ['a delivery cannot be committed', 'UPDATE ON webhook_event', true],
    ['a job cannot be committed', 'INSERT ON job', true],
  ])('when %s, neither is there', async (_what, event, atCommit) => {
    const { id, key } = await makeKey('stays');
    const requests: Record<string, () => PromiseLike<{ status: number; text: string }>> = {
      'INSERT ON api_key': () => app.admin('post', '/v1/api-keys').send({ name: 'never', role: 'admin' }),
      'UPDATE ON api_key': () => app.admin('delete', `/v1/api-keys/${id}`),
      'UPDATE ON onboarding_form': () => app.admin('patch', '/v1/forms/audited').send({ phoneCountry: 'DE' }),
      'INSERT ON job': () => app.admin('post', '/v1/forms/audited/reprocess'),
      'also INSERT ON job': () => app.admin('post', '/v1/deliveries/replay').send({ formId: 'audited', async: true }),
      'UPDATE ON webhook_event': () => app.admin('post', `/v1/deliveries/${eventId}/replay`),
      'also UPDATE ON webhook_event': () => app.admin('post', '/v1/deliveries/replay').send({ formId: 'audited' }),
    };
    const affected = Object.entries(requests).filter(([of]) => event === 'INSERT ON audit_entry' || of.endsWith(event));
    expect(affected.length).toBeGreaterThan(0);
    const before = await everything();
    await whileFailing(event, atCommit, async () => {
      for (const [, request] of affected) {
        const answer = await request();
        expect(answer.status).toBe(500);
        expect(answer.text).not.toContain('sabotage');
      }
    });
    expect(await everything()).toBe(before);
    await app.admin('get', '/v1/forms', key).expect(200);
    expect(await verify()).toMatchObject({ valid: true });
  });

  it('without the note of the last entry nothing can be changed', async () => {
    const [head] = await sql<{ id: string; hash: string }>('SELECT id, hash FROM audit_head');
    await sql('ALTER TABLE audit_head DISABLE TRIGGER USER; DELETE FROM audit_head');
    try {
      await app.admin('post', '/v1/api-keys').send({ name: 'never', role: 'viewer' }).expect(500);
      expect(await verify()).toMatchObject({ valid: false, brokenAt: String(Number(head?.id) + 1) });
    } finally {
      await sql('INSERT INTO audit_head (id, hash) VALUES ($1, $2)', [head?.id, head?.hash]);
      await sql(ENABLE);
    }
    expect(await verify()).toMatchObject({ valid: true });
  });
});

/** What the migration says about the triggers. */
const ENABLE = `
  ALTER TABLE audit_entry ENABLE TRIGGER USER;
  ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_append_only;
  ALTER TABLE audit_head ENABLE ALWAYS TRIGGER audit_head_kept;
  ALTER TABLE audit_head ENABLE ALWAYS TRIGGER audit_head_moved_by_entries`;

describe('the database', () => {
  const CHANGES = [
    `UPDATE audit_entry SET actor_id = 'somebody else'`,
    `UPDATE audit_entry SET subject = subject WHERE id = -1`,
    `DELETE FROM audit_entry`,
    `DELETE FROM audit_entry WHERE id = (SELECT max(id) FROM audit_entry)`,
    `TRUNCATE audit_entry`,
    `INSERT INTO audit_entry SELECT * FROM audit_entry WHERE id = 1 ON CONFLICT (id) DO UPDATE SET subject = 'other'`,
    `UPDATE audit_head SET id = 0`,
    `DELETE FROM audit_head`,
    `TRUNCATE audit_head`,
  ];

  it.each(CHANGES)('refuses its owner, a superuser: %s', async (change) => {
    const [who] = await sql(
      `SELECT tableowner = current_user AS owner, rolsuper FROM pg_tables, pg_roles
        WHERE tablename = 'audit_entry' AND rolname = current_user`,
    );
    expect(who).toEqual({ owner: true, rolsuper: true });
    const before = await entries();
    await expect(sql(change)).rejects.toThrow(/append-only/);
    await expect(sql(`SET session_replication_role = replica; ${change}`)).rejects.toThrow(/append-only/);
    expect(await entries()).toEqual(before);
  });

  it('refuses an entry that does not continue the chain', async () => {
    const columns = `actor_id, actor_name, action, subject, details, request_id`;
    const rows = 'FROM audit_entry ORDER BY id DESC LIMIT 1';
    for (const [id, previous] of [
      ['id + 1', `'${GENESIS_HASH}'`],
      ['id + 2', 'hash'],
      ['id + 1', 'previous_hash'],
      ['-1', 'hash'],
    ]) {
      await expect(
        sql(
          `INSERT INTO audit_entry (id, at, ${columns}, previous_hash, hash)
           SELECT ${id}, now(), ${columns}, ${previous}, 'x' ${rows}`,
        ),
      ).rejects.toThrow(/does not continue the chain/);
    }
    expect(await verify()).toMatchObject({ valid: true });
  });
});

describe('reading it', () => {
  it('filters by actor, action and time, the newest first', async () => {
    const operator = await makeKey('filtered', 'operator');
    await app.admin('post', `/v1/deliveries/${eventId}/replay`, operator.key).expect(200);
    await app.settled();
    const all = await entries();
    expect(all.map(({ id }) => Number(id))).toEqual(all.map((_, index) => all.length - index));
    expect(await entries(`actor=${operator.id}`)).toMatchObject([{ action: 'delivery.replayed' }]);
    expect(await entries('actor=nobody')).toEqual([]);
    const created = all.filter(({ action }) => action === 'api_key.created');
    expect(created.length).toBeGreaterThan(1);
    expect(await entries('action=api_key.created&limit=200')).toEqual(created);
    const middle = all[Math.floor(all.length / 2)];
    const since = String(middle?.at);
    expect(await entries(`since=${since}&limit=200`)).toEqual(all.filter(({ at }) => String(at) >= since));
    expect(await entries(`actor=bootstrap&action=form.updated&since=${String(all.at(-1)?.at)}&limit=200`)).toEqual(
      all.filter(({ actorId, action }) => actorId === 'bootstrap' && action === 'form.updated'),
    );
  });

  it('exports everything that the filter matches, oldest first', async () => {
    const viewer = await makeKey('exporter', 'viewer');
    // An entry that the filters below leave out.
    await app.admin('post', `/v1/deliveries/${eventId}/replay`).expect(200);
    await app.settled();
    const exported = async (query: string, type: RegExp): Promise<string> => {
      const { headers, text, body } = await app
        .admin('get', `/v1/audit/export?${query}`, viewer.key)
        .buffer()
        .expect(200)
        .expect('content-type', type);
      expect(headers['content-disposition']).toMatch(/^attachment; filename="audit\./);
      return text ?? String(body);
    };
    const all = (await entries('limit=200')).reverse();
    const lines = (await exported('', /^application\/x-ndjson/)).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(all);
    const wanted = all.filter(({ action }) => ['api_key.created', 'form.updated'].includes(action));
    const filter = 'action=api_key.created,form.updated';
    expect(await entries(`${filter}&limit=200`)).toEqual([...wanted].reverse());
    const rows = parse(await exported(`format=csv&${filter}&actor=bootstrap`, /^text\/csv/), {
      bom: true,
      columns: true,
    });
    expect(rows).toMatchObject(
      wanted.map(({ id, at, action, hash, details }) => ({ id, at, action, hash, details: JSON.stringify(details) })),
    );
    await app.admin('post', '/v1/api-keys', (await makeKey('=cmd()', 'admin')).key).send({ name: 'x', role: 'viewer' });
    expect(await exported('format=csv', /csv/)).toContain(`"'=cmd()"`);
    for (const query of ['format=xlsx', 'action=nonsense'])
      await app.admin('get', `/v1/audit/export?${query}`).expect(422);
  });

  it('can be checked by anyone who keeps a copy of what it shows', async () => {
    const kept = (await entries()).reverse();
    let previous = GENESIS_HASH;
    for (const { hash, previousHash, ...entry } of kept) {
      expect(previousHash).toBe(previous);
      expect(auditHash({ ...entry, at: new Date(entry.at) }, previousHash)).toBe(hash);
      previous = hash;
    }
    expect(await verify()).toEqual({
      valid: true,
      entries: kept.length,
      brokenAt: null,
      problem: null,
      headHash: previous,
      sealed: kept.length,
      unsealed: 0,
      late: 0,
    });
  });

  it('holds no key, secret or personal data', async () => {
    const { id, key } = await makeKey('secret holder', 'admin');
    await app.admin('delete', `/v1/api-keys/${id}`, key).expect(204);
    const text = JSON.stringify([await sql('SELECT * FROM audit_entry'), await entries()]);
    const [stored] = await sql<{ secret_hash: string }>('SELECT secret_hash FROM api_key WHERE id = $1', [id]);
    for (const secret of [
      key,
      // The part behind the id, which may hold underscores itself.
      key.split('_').slice(2).join('_'),
      stored?.secret_hash ?? '',
      ADMIN_KEY,
      WEBHOOK_SECRET,
      'alice@example.com',
      'hidden@example.com',
      '2025550123',
    ]) {
      expect(secret.length).toBeGreaterThan(8);
      expect(text).not.toContain(secret);
    }
  });

  it('records text that PostgreSQL cannot store as what it can, so that the chain still fits', async () => {
    const dataSource = app.app.get(DataSource);
    const log = app.app.get(AuditLog);
    const [entry] = await entriesOf(() =>
      dataSource.transaction((manager) =>
        log.record(manager, {
          actor: { id: 'reconciler', name: 'lone \uD800 half' },
          requestId: null,
          action: 'webhook.repaired',
          subject: 'nul \u0000',
          details: { 'key \uDC00': ['\u0000', -0, 1e300, 5e-324, undefined], at: new Date(0), gone: undefined },
        }),
      ),
    );
    expect(entry).toMatchObject({
      actorName: 'lone \uFFFD half',
      requestId: null,
      subject: 'nul \uFFFD',
      details: { 'key \uFFFD': ['\uFFFD', 0, 1e300, 5e-324, null], at: '1970-01-01T00:00:00.000Z' },
    });
    expect(await verify()).toMatchObject({ valid: true });
  });
});

describe('tampering by somebody who switches the triggers off', () => {
  const rehash = async (id: number, change: Partial<AuditEntryView>): Promise<void> => {
    const entry = (await entries()).find((candidate) => candidate.id === String(id));
    if (!entry) throw new Error('no such entry');
    const changed = { ...entry, ...change, at: new Date(entry.at) };
    await sql('UPDATE audit_entry SET subject = $2, hash = $3 WHERE id = $1', [
      id,
      changed.subject,
      auditHash(changed, entry.previousHash),
    ]);
  };
  const COLUMNS: [string, string][] = [
    ['at', `at + interval '1 millisecond'`],
    ['at', `'infinity'`],
    ['at', `'4713-01-01 BC'`],
    ['actor_id', `'another'`],
    ['actor_name', `actor_name || ' '`],
    ['action', `'form.updated '`],
    ['subject', `upper(subject) || 'x'`],
    ['details', `details || '{"more": 1}'`],
    ['details', `'null'`],
    ['request_id', `coalesce(request_id, '') || 'x'`],
    ['previous_hash', `repeat('0', 63) || '1'`],
    ['hash', `repeat('f', 64)`],
  ];
  const last = async (): Promise<number> => Number((await sql<{ id: string }>('SELECT id FROM audit_head'))[0]?.id);

  it.each<[string, (end: number) => Promise<unknown>, (end: number) => number]>([
    ...COLUMNS.map(([column, value]): [string, () => Promise<unknown>, () => number] => [
      `${column} = ${value} in the middle`,
      () => sql(`UPDATE audit_entry SET ${column} = ${value} WHERE id = 4`),
      () => 4,
    ]),
    ['the last one changed', (end) => sql(`UPDATE audit_entry SET subject = 'x' WHERE id = $1`, [end]), (end) => end],
    ['the last one changed, with a hash that fits', (end) => rehash(end, { subject: 'x' }), (end) => end],
    ['one changed, with a hash that fits', () => rehash(4, { subject: 'x' }), () => 4],
    ['one taken out', () => sql('DELETE FROM audit_entry WHERE id = 4'), () => 4],
    ['the first taken out', () => sql('DELETE FROM audit_entry WHERE id = 1'), () => 1],
    ['the last taken out', (end) => sql('DELETE FROM audit_entry WHERE id = $1', [end]), (end) => end],
    ['all taken out', () => sql('TRUNCATE audit_entry'), () => 1],
    [
      'one taken out and the rest moved up',
      () =>
        // Over negative ids: rows that are moved in another order would meet.
        sql(`DELETE FROM audit_entry WHERE id = 4; UPDATE audit_entry SET id = -id WHERE id > 4;
             UPDATE audit_entry SET id = -id - 1 WHERE id < 0`),
      () => 4,
    ],
    [
      'two that changed places',
      () =>
        sql(`UPDATE audit_entry SET id = -5 WHERE id = 5; UPDATE audit_entry SET id = 5 WHERE id = 4;
             UPDATE audit_entry SET id = 4 WHERE id = -5`),
      () => 4,
    ],
    [
      'one put in at the end',
      (end) =>
        sql(
          `INSERT INTO audit_entry SELECT $1::bigint + 1, at, actor_id, actor_name, action, subject, details, request_id, hash,
             hash FROM audit_entry WHERE id = $1`,
          [end],
        ),
      (end) => end + 1,
    ],
  ])('is found and located: %s', async (_what, tamper, brokenAt) => {
    const end = await last();
    const before = await verify();
    expect(before).toMatchObject({ valid: true, entries: end });
    await sql(`CREATE TABLE kept AS TABLE audit_entry; ALTER TABLE audit_entry DISABLE TRIGGER USER`);
    try {
      await tamper(end);
      const at = brokenAt(end);
      expect(await verify()).toMatchObject({ valid: false, brokenAt: String(at), entries: at - 1 });
      await app.admin('get', '/v1/audit?limit=200').expect(200);
    } finally {
      await sql(`TRUNCATE audit_entry; INSERT INTO audit_entry TABLE kept; DROP TABLE kept; ${ENABLE}`);
    }
    expect(await verify()).toEqual(before);
  });

  it('at the end of the log shows in the metrics', async () => {
    const end = await last();
    const intact = async (): Promise<string | undefined> => {
      const { text } = await app.http.get('/metrics').expect(200);
      expect(text).toMatch(new RegExp(`^onboarding_audit_entries ${end}$`, 'm'));
      return /^onboarding_audit_end_intact (\d)$/m.exec(text)?.[1];
    };
    expect(await intact()).toBe('1');
    await sql(`CREATE TABLE kept AS TABLE audit_entry; ALTER TABLE audit_entry DISABLE TRIGGER USER`);
    try {
      await sql('DELETE FROM audit_entry WHERE id = $1', [end]);
      expect(await intact()).toBe('0');
      await sql('TRUNCATE audit_entry');
      expect(await intact()).toBe('0');
    } finally {
      await sql(`TRUNCATE audit_entry; INSERT INTO audit_entry TABLE kept; DROP TABLE kept; ${ENABLE}`);
    }
    expect(await intact()).toBe('1');
  });

  it('anywhere in the log is found by a process on its own, at its start', async () => {
    const chainIntact = async (of: TestApp): Promise<string | undefined> =>
      /^onboarding_audit_chain_intact (\d)$/m.exec((await of.http.get('/metrics').expect(200)).text)?.[1];
    await eventually(async () => (await chainIntact(app)) === '1', 'the chain was verified');
    await sql(`CREATE TABLE kept AS TABLE audit_entry; ALTER TABLE audit_entry DISABLE TRIGGER USER`);
    await sql(`UPDATE audit_entry SET subject = 'x' WHERE id = 4`);
    const started = await startTestApp(MANY_CONNECTIONS, { database: app.database });
    try {
      await eventually(async () => (await chainIntact(started)) === '0', 'the break shows');
      expect(started.logs.filter((line) => line.includes('tampered with'))).toHaveLength(1);
    } finally {
      await started.stop();
      await sql(`TRUNCATE audit_entry; INSERT INTO audit_entry TABLE kept; DROP TABLE kept; ${ENABLE}`);
    }
  });

  it('changes go on, are recorded, and do not hide it', async () => {
    const end = await last();
    await sql(`CREATE TABLE kept AS SELECT * FROM audit_entry WHERE id = ${end}`);
    await sql(`ALTER TABLE audit_entry DISABLE TRIGGER USER; DELETE FROM audit_entry WHERE id = ${end}; ${ENABLE}`);
    await makeKey('afterwards');
    expect(await verify()).toMatchObject({ valid: false, brokenAt: String(end) });
    await sql(`ALTER TABLE audit_entry DISABLE TRIGGER USER; INSERT INTO audit_entry TABLE kept; ${ENABLE}`);
    expect(await verify()).toMatchObject({ valid: true, entries: end + 1 });
  });
});

it('30 parallel changes through two replicas make one chain, and it can be verified meanwhile', async () => {
  const replica = await startTestApp(MANY_CONNECTIONS, { database: app.database });
  try {
    const before = await verify();
    const { body } = await app.admin('get', '/v1/api-keys?limit=200').expect(200);
    const [victim] = (body.items as { id: string; revokedAt: string | null }[]).filter((key) => key.revokedAt === null);
    const countries = ['AT', 'BE', 'CH', 'DE', 'DK', 'ES', 'FR', 'GB', 'IE', 'IT'];
    const send = (index: number): PromiseLike<{ status: number }> => {
      const target = index % 2 === 0 ? app : replica;
      if (index % 3 === 0) return target.admin('post', `/v1/deliveries/${eventId}/replay`);
      if (index % 3 === 1)
        return target.admin('patch', '/v1/forms/audited').send({ phoneCountry: countries[Math.floor(index / 3)] });
      return target.admin('post', '/v1/api-keys').send({ name: `parallel ${index}`, role: 'viewer' });
    };
    const revocations = Array.from({ length: 6 }, (_, index) =>
      (index % 2 === 0 ? app : replica).admin('delete', `/v1/api-keys/${victim?.id}`),
    );
    const [changes, revoked, verified] = await Promise.all([
      Promise.all(Array.from({ length: 30 }, (_, index) => send(index))),
      Promise.all(revocations),
      Promise.all([verify(), verify(replica), verify(), verify(replica)]),
    ]);
    expect(changes.map(({ status }) => status).filter((status) => status !== 200 && status !== 201)).toEqual([]);
    expect(revoked.map(({ status }) => status)).toEqual(Array(6).fill(204));
    expect(verified.map(({ valid }) => valid)).toEqual([true, true, true, true]);
    const entries = before.entries + 31;
    expect(await verify()).toMatchObject({ valid: true, entries, sealed: entries, unsealed: 0, late: 0 });
    await app.settled();
  } finally {
    await replica.stop();
  }
});

describe('much of it', () => {
  const EVENTS = 2_500;
  let paused: TestApp;
  beforeAll(async () => {
    paused = await startTestApp({ WEBHOOK_PROCESSING_ENABLED: 'false' });
  });
  afterAll(() => paused.stop());
  beforeEach(() =>
    sql(
      `INSERT INTO webhook_event (event_id, event_type, form_id, token, source, status, received_at, payload_bytes, payload)
       SELECT 'bulk-' || lpad(n::text, 4, '0'), 'form_response', 'bulk', 'token-' || n, 'webhook', 'dead',
              date_trunc('second', now()) - interval '1 day' + n * interval '1 second', 2, CASE WHEN n % 100 > 0 THEN '{}'::bytea END
         FROM generate_series(1, $1) AS n
       ON CONFLICT (event_id) DO UPDATE SET status = 'dead'`,
      [EVENTS],
      paused,
    ),
  );

  const replay = () => paused.admin('post', '/v1/deliveries/replay').send({ formId: 'bulk', status: 'dead' });
  const state = async () => {
    const [counts] = await sql<{ queued: number; entries: number; details: object }>(
      `SELECT (SELECT count(*)::integer FROM webhook_event WHERE status = 'pending') AS queued,
              (SELECT count(*)::integer FROM audit_entry) AS entries,
              (SELECT details FROM audit_entry ORDER BY id DESC LIMIT 1) AS details`,
      [],
      paused,
    );
    return counts;
  };
  const failAt = (event: string) =>
    sql(
      `CREATE FUNCTION sabotage() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'sabotage'; END $$;
       CREATE TRIGGER sabotage BEFORE UPDATE ON webhook_event
         FOR EACH ROW WHEN (NEW.event_id = '${event}') EXECUTE FUNCTION sabotage()`,
      [],
      paused,
    );
  const mend = () => sql('DROP FUNCTION sabotage CASCADE', [], paused);

  it('a replay of many chunks is one entry, with what it did', async () => {
    const { body } = await replay().expect(200);
    const details = { matched: EVENTS, queued: EVENTS - EVENTS / 100 };
    expect(body).toEqual(details);
    expect(await state()).toMatchObject({
      queued: details.queued,
      entries: 1,
      details: { ...details, filter: { formId: 'bulk', status: ['dead'] } },
    });
  });

  it('one that fails at first does nothing; one that fails later has its entry', async () => {
    await failAt('bulk-0999');
    await replay().expect(500);
    expect(await state()).toMatchObject({ queued: 0, entries: 1 });
    await mend();
    await failAt('bulk-2001');
    await replay().expect(500);
    expect(await state()).toMatchObject({ queued: 1_980, entries: 2, details: { matched: EVENTS } });
    await mend();
  });

  it('a log of many chunks is verified, and what is wrong in it located', async () => {
    const [head] = await sql<{ id: string; hash: string }>('SELECT id, hash FROM audit_head', [], paused);
    const rows: unknown[] = [];
    for (let id = Number(head?.id) + 1, previous = String(head?.hash); rows.length < 2_100; id += 1) {
      const facts = { action: 'form.updated', subject: `form ${id}`, details: { id }, requestId: null };
      const entry = { id: String(id), at: new Date(1_764_000_000_000 + id), actorId: 'a', actorName: 'b', ...facts };
      const hash = auditHash(entry, previous);
      const { actorId, actorName } = entry;
      rows.push({ ...entry, actor_id: actorId, actor_name: actorName, previous_hash: previous, hash });
      previous = hash;
    }
    await sql(
      'INSERT INTO audit_entry SELECT * FROM jsonb_populate_recordset(NULL::audit_entry, $1) ORDER BY id',
      [JSON.stringify(rows)],
      paused,
    );
    const all = rows.length + Number(head?.id);
    expect(await verify(paused)).toMatchObject({ valid: true, entries: all, brokenAt: null });
    for (const id of [1_000, 1_001, all]) {
      const set = (to: string) =>
        sql(
          `ALTER TABLE audit_entry DISABLE TRIGGER USER; UPDATE audit_entry SET subject = ${to} WHERE id = ${id}; ${ENABLE}`,
          [],
          paused,
        );
      await set(`subject || '.'`);
      expect(await verify(paused)).toMatchObject({ valid: false, entries: id - 1, brokenAt: String(id) });
      await set(`left(subject, -1)`);
    }
    expect(await verify(paused)).toMatchObject({ valid: true, entries: all });
  });
});
