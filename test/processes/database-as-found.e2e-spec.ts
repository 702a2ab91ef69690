/** Databases as operators have them: with defaults of their own, in another encoding, behind TLS, and with a standby. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import type { EmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';
import { Notifications } from '../../src/database/notifications';
import { migrate } from '../../src/database/open-database';
import { pinnedClient } from '../../src/database/pinned-client';
import { createTestDatabase, onServer, TestDatabase, urlOfDatabase } from '../support/database';
import { DatabaseProxy } from '../support/database-proxy';
import { askEmail, newEvent } from '../support/events';
import { startOwnPostgres } from '../support/own-postgres';
import { preflight } from '../support/preflight';
import { ServiceProcess } from '../support/service-process';
import { eventually, startTestApp, TestApp } from '../support/test-app';
import { TlsProxy } from '../support/tls-proxy';

/** What the service relies on, each set to something else. */
const OTHER_DEFAULTS = {
  datestyle: 'German',
  timezone: 'Asia/Kolkata',
  intervalstyle: 'iso_8601',
  bytea_output: 'escape',
  default_transaction_isolation: 'serializable',
  client_encoding: 'LATIN1',
  array_nulls: 'off',
  standard_conforming_strings: 'off',
};

describe('a database with defaults of its own', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    for (const [name, value] of Object.entries(OTHER_DEFAULTS))
      await onServer(`ALTER DATABASE ${database.name} SET ${name} = '${value}'`);
  });
  afterAll(() => database.drop());

  it('is used with the settings that the service relies on: events are processed, the audit log verifies', async () => {
    const app = await startTestApp({}, { database });
    try {
      const questions = [askEmail('zoë@example.com')];
      for (let index = 0; index < 3; index += 1) await app.deliver(newEvent({ questions })).expect(200);
      await app.settled();
      const { body: deliveries } = await app.admin('get', '/v1/deliveries').expect(200);
      expect(deliveries.items).toMatchObject(Array(3).fill({ status: 'processed' }));
      const { body: clients } = await app.admin('get', '/v1/clients?email=zoë@example.com').expect(200);
      expect(clients.items).toHaveLength(1);
      await app.admin('post', '/v1/api-keys').send({ name: 'reader', role: 'viewer' }).expect(201);
      const { body: audit } = await app.admin('get', '/v1/audit/verify').expect(200);
      expect(audit).toMatchObject({ valid: true });
    } finally {
      await app.stop();
    }
  });

  it('whatever DATABASE_URL says about them', async () => {
    const options = encodeURIComponent('-c synchronous_commit=off -c DateStyle=German');
    const client = new (pinnedClient(`${database.url}?options=${options}`, { synchronous_commit: 'on' }))();
    await client.connect();
    try {
      const { rows } = await client.query<{ name: string; setting: string }>(
        'SELECT name, setting FROM pg_settings WHERE lower(name) = ANY($1) ORDER BY name',
        [[...Object.keys(OTHER_DEFAULTS), 'synchronous_commit']],
      );
      expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
        DateStyle: 'ISO, MDY',
        IntervalStyle: 'postgres',
        TimeZone: 'UTC',
        array_nulls: 'on',
        bytea_output: 'hex',
        client_encoding: 'UTF8',
        default_transaction_isolation: 'read committed',
        standard_conforming_strings: 'on',
        synchronous_commit: 'on',
      });
    } finally {
      await client.end();
    }
  });
});

describe('a database that is not UTF-8', () => {
  // Named as the others are, for other files look for what is left on the server.
  const name = `onboarding_${randomBytes(6).toString('hex')}`;
  let url: string;
  beforeAll(async () => {
    await onServer(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`);
    url = urlOfDatabase(process.env.ONBOARDING_TEST_SERVER ?? '', name);
  });
  afterAll(() => onServer(`DROP DATABASE ${name} WITH (FORCE)`));

  it('is refused by the start, by migrate and by preflight, with the remedy', async () => {
    const [start, migration, checks] = await Promise.all([
      ended(ServiceProcess.launch({ DATABASE_URL: url })),
      ended(ServiceProcess.command({ DATABASE_URL: url }, 'migrate')),
      preflight({ NODE_ENV: 'test', DATABASE_URL: url }, '--only', 'database.encoding'),
    ]);
    for (const { code, output } of [start, migration]) {
      expect(code).toBe(1);
      expect(output).toMatch(/encoding LATIN1, .*TEMPLATE template0 ENCODING 'UTF8'/);
      expect(output).not.toContain('trying again');
    }
    expect(checks.line('database.encoding')).toMatchObject({
      result: 'fail',
      evidence: expect.stringContaining('LATIN1'),
      remedy: expect.stringContaining("ENCODING 'UTF8'"),
    });
  });

  async function ended(process: ServiceProcess): Promise<{ code: number | null; output: string }> {
    const { code } = await process.exited;
    return { code, output: process.output };
  }
});

describe('TLS to the database', () => {
  const root = mkdtempSync(join(tmpdir(), 'onboarding-tls-'));
  let database: TestDatabase;
  let proxy: TlsProxy;
  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = await TlsProxy.start(database.url);
    writeFileSync(join(root, 'ca.pem'), proxy.certificate);
  });
  afterAll(async () => {
    await proxy.close();
    await database.drop();
    rmSync(root, { recursive: true, force: true });
  });

  const verified = (host = 'localhost') =>
    `${proxy.url(host)}?sslmode=verify-full&sslrootcert=${encodeURIComponent(join(root, 'ca.pem'))}`;

  it('a certificate of a CA that is named in DATABASE_URL is trusted', async () => {
    const service = await ServiceProcess.start({ DATABASE_URL: verified() });
    expect((await service.stop()).code).toBe(0);
  });

  it.each([
    [
      'is not trusted',
      () => `${proxy.url('localhost')}?sslmode=verify-full`,
      /certificate .*self-signed.*sslrootcert=/,
    ],
    ['is for another name', () => verified('127.0.0.1'), /certificate .*another host name.*host of DATABASE_URL/],
  ])('a certificate that %s is named as the problem, at the start and by preflight', async (_, url, said) => {
    const start = ServiceProcess.launch({ DATABASE_URL: url() });
    const checks = await preflight({ NODE_ENV: 'test', DATABASE_URL: url() }, '--only', 'database.reachable');
    expect((await start.exited).code).toBe(1);
    expect(start.stderr).toMatch(said);
    const { evidence, remedy } = checks.line('database.reachable') as { evidence: string; remedy: string };
    expect(`${evidence}: ${remedy}`).toMatch(said);
  });

  it('a server without TLS is named as one', async () => {
    const plain = `${proxy.plainUrl}?sslmode=verify-full`;
    await expect(migrate(plain, () => undefined)).rejects.toThrow('the database server does not offer TLS');
  });

  it('a CA file that cannot be read is a problem of the configuration', async () => {
    const start = ServiceProcess.launch({ DATABASE_URL: `${proxy.url('localhost')}?sslrootcert=/does/not/exist.pem` });
    expect((await start.exited).code).toBe(78);
    expect(start.stderr).toContain('DATABASE_URL names a file that cannot be read: /does/not/exist.pem');
  });
});

describe('several hosts', () => {
  const root = mkdtempSync(join(tmpdir(), 'onboarding-hosts-'));
  let servers: { postgres: EmbeddedPostgres; proxy: DatabaseProxy }[];
  let app: TestApp | undefined;
  beforeAll(async () => {
    servers = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const postgres = await startOwnPostgres({ dataDir: join(root, name) });
        return { postgres, proxy: await DatabaseProxy.start(postgres) };
      }),
    );
  });
  afterAll(async () => {
    await app?.close();
    for (const { postgres, proxy } of servers) {
      await proxy.close();
      await postgres.stop();
    }
    rmSync(root, { recursive: true, force: true });
  });

  it('writes go to the host that accepts them, and after a failover to the promoted one', async () => {
    const [standby, primary] = servers as [(typeof servers)[0], (typeof servers)[0]];
    await on(standby.postgres, 'ALTER DATABASE typeform_onboarding SET default_transaction_read_only = on');
    const [hosts, path] = [servers.map(({ proxy }) => new URL(proxy.url).host).join(','), '/typeform_onboarding'];
    const url = `postgresql://postgres@${hosts}${path}?target_session_attrs=read-write`;
    app = await startTestApp({ DATABASE_URL: url });
    await app.deliver(newEvent()).expect(200);
    expect([await events(standby.postgres), await events(primary.postgres)]).toEqual([0, 1]);

    await on(standby.postgres, 'ALTER DATABASE typeform_onboarding RESET default_transaction_read_only');
    await primary.postgres.stop();
    const event = newEvent();
    await eventually(async () => (await app!.deliver(event)).status === 200, 'the promoted host takes events');
    expect(await events(standby.postgres)).toBe(1);
    await app.http.get('/health/ready').expect(200);
  });

  it('a pooled connection to a server that has become read-only is replaced', async () => {
    const dataSource = app!.app.get(DataSource);
    const change = (): Promise<unknown> => dataSource.query('UPDATE api_key SET name = name');
    // The error and the word that the server is ready again do not arrive together.
    servers[0]?.proxy.fragment();
    // The pool takes the connection that it used last.
    await dataSource.query('SET default_transaction_read_only = on');
    await expect(change()).rejects.toThrow('read-only');
    await change();
  });

  it('a connection that only listens notices that its server has fallen silent', async () => {
    const [standby] = servers as [(typeof servers)[0]];
    let heard = 0;
    // Told after each reconnect.
    app!.app.get(Notifications).on('access_changed', () => (heard += 1));
    standby.proxy.blackhole();
    standby.proxy.heal();
    await eventually(() => heard > 0, 'it listens again');
  });

  it('that are all read-only are said to be', async () => {
    const [{ postgres, proxy }] = servers as [(typeof servers)[0]];
    await on(postgres, 'ALTER DATABASE typeform_onboarding SET default_transaction_read_only = on');
    const { host } = new URL(proxy.url);
    const connecting = new (pinnedClient(`postgresql://postgres@${host},${host}/typeform_onboarding`))().connect();
    await expect(connecting).rejects.toThrow('no host of DATABASE_URL accepts writes');
  });

  function events(postgres: EmbeddedPostgres): Promise<number> {
    return on(postgres, 'SELECT count(*)::integer AS count FROM webhook_event').then(([row]) => Number(row?.count));
  }

  /** One statement on a connection that may write. */
  async function on(postgres: EmbeddedPostgres, sql: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: postgres.url, options: '-c default_transaction_read_only=off' });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }
});
