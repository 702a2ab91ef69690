/** The embedded PostgreSQL: its life, its crashes, what it refuses, and the users that it runs as. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Client, type QueryResultRow } from 'pg';
import { EmbeddedPostgres, type EmbeddedPostgresOptions } from '../../src/database/embedded/embedded-postgres';
import { EmbeddedPostgresError } from '../../src/database/embedded/embedded-postgres.error';
import { isEmbeddedPostgresSupported } from '../../src/database/embedded/postgres-package';
import { isAlive } from '../../src/database/embedded/server-process';
import { eventually } from '../support/eventually';
import { makeCluster } from '../support/own-postgres';
import {
  EmbeddedPostgresHarness,
  NOBODY,
  isOpenToNobody,
  ordinaryUser,
  serverPid,
  userNamespacesWork,
} from '../support/embedded-postgres-harness';

const isRoot = process.getuid?.() === 0;
const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
const packageDirectory = dirname(dirname(require.resolve(packageName)));

let harness: EmbeddedPostgresHarness;
const started: EmbeddedPostgres[] = [];

beforeAll(() => {
  harness = new EmbeddedPostgresHarness();
});
afterEach(() => Promise.all(started.splice(0).map((server) => server.stop())));
afterAll(() => harness.clean());

async function start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const server = await EmbeddedPostgres.start(options);
  started.push(server);
  return server;
}

/** A data directory with a database, for tests of what happens to one that is there. */
function madeDataDir(): string {
  const dataDir = harness.newDataDir();
  makeCluster(dataDir);
  return dataDir;
}

async function query<T extends QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url });
  // A server that a test kills reports through the query itself.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function keep(url: string, id: number): Promise<void> {
  await query(url, `CREATE TABLE IF NOT EXISTS kept (id bigint PRIMARY KEY); INSERT INTO kept VALUES (${id})`);
}

async function kept(url: string): Promise<number[]> {
  const rows = await query<{ id: string }>(url, 'SELECT id FROM kept ORDER BY id');
  return rows.map((row) => Number(row.id));
}

describe('a life of the server', () => {
  it('makes the database, serves it durably on a socket only, stops, and finds the data again', async () => {
    expect(isEmbeddedPostgresSupported()).toEqual({ supported: true });
    const dataDir = harness.newDataDir();
    const first = await start({ dataDir, settings: { work_mem: '7MB' } });
    const settings = await query<{ name: string; setting: string }>(
      first.url,
      `SELECT name, setting FROM pg_settings WHERE name IN
       ('fsync', 'synchronous_commit', 'listen_addresses', 'work_mem', 'server_encoding', 'lc_messages') ORDER BY name`,
    );
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on',
      synchronous_commit: 'on',
      listen_addresses: '',
      work_mem: '7168',
      server_encoding: 'UTF8',
      lc_messages: 'C',
    });
    expect(statSync(first.host).mode & 0o777).toBe(0o700);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    await keep(first.url, 1);
    const pid = serverPid(dataDir);
    await Promise.all([first.stop(), first.stop()]);
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(first.host)).toBe(false);

    const second = await start({ dataDir });
    expect(second.url).toBe(first.url);
    expect(await kept(second.url)).toEqual([1]);
  });

  it('accepts a data directory too long for a socket path, with a space in it', async () => {
    const dataDir = harness.newDataDir('a long path with spaces '.repeat(3).trim(), 'x'.repeat(60));
    expect(dataDir.length).toBeGreaterThan(107);
    const server = await start({ dataDir });
    await keep(server.url, 1);
    expect(await kept(server.url)).toEqual([1]);
  });

  it('shuts the server down when the service exits without stopping it', async () => {
    const dataDir = madeDataDir();
    const program = harness.run({ dataDir }, 'exit');
    await program.ended;
    expect(program.events.map((event) => event.error)).toEqual(program.events.map(() => undefined));
    await eventually(() => !existsSync(join(dataDir, 'postmaster.pid')), 'the server is gone');
  });
});

describe('crashes', () => {
  it('adopts the server of a service killed under load, with every committed row, and stops it in the end', async () => {
    const dataDir = madeDataDir();
    const seed = await start({ dataDir });
    await query(seed.url, 'CREATE TABLE kept (id bigint PRIMARY KEY)');
    await seed.stop();
    const program = harness.run({ dataDir }, 'write');
    await program.until((event) => (event.committed ?? 0) > 400);
    const pid = serverPid(dataDir);
    program.process.kill('SIGKILL');
    await program.ended;

    const lines: string[] = [];
    const server = await start({ dataDir, log: (line) => lines.push(line) });
    expect(lines).toEqual([`PostgreSQL adopted (process ${pid})`]);
    const committed = program.events.flatMap((event) => event.committed ?? []);
    expect(committed.length).toBeGreaterThan(100);
    expect(await kept(server.url)).toEqual(expect.arrayContaining(committed));
    await server.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('recovers when service and server are killed under load', async () => {
    const dataDir = madeDataDir();
    const seed = await start({ dataDir });
    await query(seed.url, 'CREATE TABLE kept (id bigint PRIMARY KEY)');
    await seed.stop();
    const program = harness.run({ dataDir }, 'write');
    await program.until((event) => (event.committed ?? 0) > 400);
    const pid = serverPid(dataDir);
    program.process.kill('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await program.ended;

    const server = await start({ dataDir });
    expect(serverPid(dataDir)).not.toBe(pid);
    const committed = program.events.flatMap((event) => event.committed ?? []);
    expect(await kept(server.url)).toEqual(expect.arrayContaining(committed));
  });

  it('starts although the process id left in the lock file belongs to another program by now', async () => {
    const dataDir = madeDataDir();
    const first = await start({ dataDir });
    await keep(first.url, 1);
    const lockFile = join(dataDir, 'postmaster.pid');
    const lock = readFileSync(lockFile, 'utf8');
    await first.stop();
    const stranger = spawn('sleep', ['60']);
    writeFileSync(lockFile, lock.replace(/^\d+/, String(stranger.pid)));
    try {
      const second = await start({ dataDir });
      expect(await kept(second.url)).toEqual([1]);
      expect(stranger.exitCode).toBeNull();
    } finally {
      stranger.kill();
    }
  });

  it('brings a server that dies under a living service back at the same address, and keeps owning it', async () => {
    const dataDir = madeDataDir();
    const lines: string[] = [];
    const server = await start({ dataDir, log: (line) => lines.push(line) });
    await keep(server.url, 1);
    const pid = serverPid(dataDir);
    process.kill(pid, 'SIGKILL');
    await eventually(() => lines.filter((line) => line.startsWith('PostgreSQL started')).length === 2, 'a new server');
    expect(await kept(server.url)).toEqual([1]);
    expect(serverPid(dataDir)).not.toBe(pid);
    await expect(start({ dataDir })).rejects.toThrow(`DATA_DIR is in use by process ${process.pid}`);
  });

  it('makes the database anew when its making was interrupted', async () => {
    const dataDir = harness.newDataDir();
    const drafts = (): string[] => readdirSync(dirname(dataDir)).filter((name) => name.includes('.initdb-'));
    const program = harness.run({ dataDir }, 'stay');
    await eventually(
      () => drafts().some((name) => existsSync(join(dirname(dataDir), name, 'PG_VERSION'))),
      'initdb is at work',
    );
    program.process.kill('SIGKILL');
    await program.ended;
    expect(existsSync(dataDir)).toBe(false);

    const server = await start({ dataDir });
    await keep(server.url, 1);
    // The initdb of the killed parent may live a moment longer; the first start after its end clears its draft away.
    await server.stop();
    await eventually(async () => {
      await (await start({ dataDir })).stop();
      return drafts().length === 0;
    }, 'the draft is removed');
  });
});

describe('refusals', () => {
  it('lets one service own a data directory: the second is told who does, the first works on', async () => {
    const dataDir = madeDataDir();
    const first = await start({ dataDir });
    const program = harness.run({ dataDir }, 'stay');
    await program.ended;
    expect(program.events).toEqual([
      {
        name: 'EmbeddedPostgresError',
        error:
          `DATA_DIR is in use by process ${process.pid} (${dataDir}). ` +
          'Stop it, or start this service with another DATA_DIR and PORT.',
      },
    ]);
    await keep(first.url, 1);
  });

  it('lets one of two simultaneous first starts win', async () => {
    const dataDir = harness.newDataDir();
    const programs = [harness.run({ dataDir }, 'stay'), harness.run({ dataDir }, 'stay')];
    const outcomes = await Promise.all(programs.map((program) => program.until((event) => !event.log)));
    expect(outcomes.filter((event) => event.url)).toHaveLength(1);
    expect(outcomes.filter((event) => event.error?.startsWith('DATA_DIR is in use by process'))).toHaveLength(1);
    programs.forEach((program) => program.process.kill('SIGKILL'));
    await Promise.all(programs.map((program) => program.ended));
  });

  it('leaves data of another major version and foreign files alone', async () => {
    const old = harness.newDataDir();
    const foreign = dirname(harness.newDataDir('photos'));
    mkdirSync(old);
    writeFileSync(join(old, 'PG_VERSION'), '13\n');
    writeFileSync(join(foreign, 'beach.jpg'), '');
    await expect(start({ dataDir: old })).rejects.toThrow(
      /created by PostgreSQL 13, but the embedded one is version \d+.*DATA_DIR/s,
    );
    await expect(start({ dataDir: foreign })).rejects.toThrow(/holds no PostgreSQL data.*DATA_DIR/s);
    expect(readdirSync(foreign)).toEqual(['beach.jpg']);
  });

  it('shows the end of the server log when the server does not start', async () => {
    const dataDir = harness.newDataDir();
    const failure = start({ dataDir, settings: { shared_buffers: 'plenty' } });
    await expect(failure).rejects.toThrow(EmbeddedPostgresError);
    await expect(failure).rejects.toThrow(/invalid value for parameter "shared_buffers": "plenty".*DATABASE_URL/s);
  });
});

describe('users', () => {
  it('runs in every way that is open to this user, one after the other on the same data', async () => {
    const dataDir = harness.newDataDir();
    const own = process.getuid?.();
    const ways = isRoot
      ? ([
          { runAs: 'user-namespace', works: userNamespacesWork(), owner: 0 },
          { runAs: 'other-user', works: isOpenToNobody(packageDirectory), owner: NOBODY },
          { runAs: 'user-namespace', works: userNamespacesWork(), owner: 0 },
          { runAs: 'plain', works: false, owner: 0 },
        ] as const)
      : ([
          { runAs: 'plain', works: true, owner: own },
          { runAs: 'user-namespace', works: userNamespacesWork(), owner: own },
          { runAs: 'other-user', works: false, owner: own },
        ] as const);
    const expected: number[] = [];
    for (const [index, { runAs, works, owner }] of ways.entries()) {
      if (!works) {
        await expect(start({ dataDir, runAs })).rejects.toThrow(/cannot run as this user.*DATABASE_URL/s);
        continue;
      }
      const server = await start({ dataDir, runAs });
      await keep(server.url, index);
      expected.push(index);
      expect(await kept(server.url)).toEqual(expected);
      expect(statSync(join(dataDir, 'PG_VERSION')).uid).toBe(owner);
      await server.stop();
    }
    expect(expected.length).toBeGreaterThan(0);
  });

  it('repairs a package installed without its install script', async () => {
    const modules = copyPackage();
    const program = harness.run({ dataDir: harness.newDataDir() }, 'stop', { modules });
    await program.ended;
    expect(program.events.at(-1)).toEqual({ log: 'PostgreSQL stopped' });
  });

  it('serves an ordinary user, from a package that this user cannot repair', async () => {
    const modules = copyPackage();
    const native = join(modules, packageName, 'native');
    for (const name of ['postgres', 'initdb']) chmodSync(join(native, 'bin', name), 0o755);
    // macOS has no second way to find the libraries.
    if (process.platform === 'linux') chmodSync(join(native, 'lib'), 0o555);
    const dataDir = harness.newDataDir();
    const user = ordinaryUser();
    if (user.uid !== undefined) chownSync(dirname(dataDir), user.uid, user.uid);
    const program = harness.run({ dataDir }, 'stop', { user, modules });
    await program.ended;
    chmodSync(join(native, 'lib'), 0o755);
    expect(program.events.at(-1)).toEqual({ log: 'PostgreSQL stopped' });
    expect(statSync(dataDir).uid).toBe(user.uid ?? process.getuid?.());
  });
});

/** The package as npm unpacks it when install scripts are denied: no links, and no executable bit to rely on. */
function copyPackage(): string {
  const modules = join(dirname(harness.newDataDir()), 'node_modules');
  const copy = join(modules, packageName);
  cpSync(packageDirectory, copy, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() });
  for (const name of ['postgres', 'initdb']) chmodSync(join(copy, 'native', 'bin', name), 0o644);
  return modules;
}
