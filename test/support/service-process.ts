/** The compiled service as an operator runs it: `node dist/bundle/main.js` in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { isServerOf, readPostmasterFile, stopServer } from '../../src/database/embedded/server-process';
import { growingPause, HANGS_AFTER_MS } from './eventually';
import { exchange, type Answer } from './sender';

const PROJECT = resolve(__dirname, '../..');
/** The compiled service. */
export const MAIN = join(PROJECT, 'dist/bundle/main.js');
export const CLI = join(PROJECT, 'dist/bundle/cli.js');
/** The same service before its files were bundled, for a test that replaces a part of one. */
export const MAIN_IN_FILES = join(PROJECT, 'dist/src/main.js');
/** For the bundled programs, unless a test gives Node options of its own. */
const COMPILE_ONCE = ['-r', join(__dirname, 'compile-once-processes.js')];

export const WEBHOOK_SECRET = 'process-test-signing-secret-0123456789';
export const ADMIN_KEY = 'process-test-admin-key-0123456789-0123456789';

/** Keys and limits for tests that look at something else. */
const QUIET_SETTINGS = {
  TYPEFORM_WEBHOOK_SECRET: WEBHOOK_SECRET,
  ADMIN_API_KEY: ADMIN_KEY,
  THROTTLE_LIMIT: '1000000',
  // Neither a sandbox that submits answers of its own nor calls to anybody: nothing listens at this address.
  TYPEFORM_API_KEY: 'tfp_0123456789_example',
  TYPEFORM_API_BASE_URL: 'http://127.0.0.1:9',
};

/** What production demands, besides a database. */
export const PRODUCTION_SETTINGS = {
  NODE_ENV: 'production',
  TYPEFORM_API_KEY: 'tfp_0123456789_example',
  TYPEFORM_API_BASE_URL: 'https://api.typeform.com',
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
  PUBLIC_URL: 'https://onboarding.example.com',
  HOST: '127.0.0.1',
};

/** The variables of a program: these, what every program needs, and keys of the tests unless `bare`. */
export function environmentWith(environment: Record<string, string>, { bare = false } = {}): Record<string, string> {
  return {
    PATH: '/usr/bin:/bin',
    TMPDIR: tmpdir(),
    PORT: '0',
    SANDBOX_PORT: '0',
    ...(bare ? {} : QUIET_SETTINGS),
    ...environment,
  };
}

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  afterMs: number;
}

/** A started service; `url` is known once it listens. */
export class ServiceProcess {
  stdout = '';
  stderr = '';
  readonly exited: Promise<Exit>;
  private readonly startedAt = performance.now();
  private end: Exit | null = null;

  private constructor(
    private readonly child: ChildProcess,
    private readonly managementPort: string | undefined,
  ) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exited = new Promise((resolveExit) => {
      child.once('close', (code, signal) => {
        this.end = { code, signal, afterMs: performance.now() - this.startedAt };
        resolveExit(this.end);
      });
    });
  }

  /** Starts a process with exactly these variables (and keys of the tests unless `bare`); does not wait for anything. */
  static launch(environment: Record<string, string>, { bare = false, script = MAIN, args = [] as string[] } = {}) {
    if (!existsSync(script)) throw new Error(`${script} is missing: run node scripts/build-if-needed.mjs`);
    const compiledOnce = [MAIN, CLI].includes(script) && environment.NODE_OPTIONS === undefined;
    const child = spawn(process.execPath, [...(compiledOnce ? COMPILE_ONCE : []), script, ...args], {
      cwd: PROJECT,
      env: environmentWith(environment, { bare }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new ServiceProcess(child, environment.MANAGEMENT_PORT);
  }

  /** Starts the service and waits until it is ready (or, with `until: 'live'`, until it answers at all). */
  static async start(
    environment: Record<string, string>,
    {
      bare = false,
      until = 'ready',
      script = MAIN,
    }: { bare?: boolean; until?: 'ready' | 'live'; script?: string } = {},
  ): Promise<ServiceProcess> {
    const service = ServiceProcess.launch(environment, { bare, script });
    try {
      await service.comesTrue(() => service.listens, 'it listens');
      await service.health(until, 200);
      return service;
    } catch (error) {
      await service.kill();
      throw error;
    }
  }

  /** Runs an operator command to its end. */
  static command(environment: Record<string, string>, ...args: string[]): ServiceProcess {
    return ServiceProcess.launch(environment, { script: CLI, args });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get listens(): boolean {
    return this.announced !== undefined;
  }

  /** Where it listens, as it has announced it. */
  get url(): string {
    if (this.announced === undefined) throw new Error(`no address was announced: ${this.output}`);
    return this.announced;
  }

  /** Fails with what it has printed when it has ended by itself. */
  assertRunning(): void {
    if (this.end) throw new Error(`it ended (${JSON.stringify(this.end)})\n${this.output}`);
  }

  get managementUrl(): string {
    return this.managementPort === undefined ? this.url : `http://127.0.0.1:${this.managementPort}`;
  }

  get output(): string {
    return `--- stdout\n${this.stdout}\n--- stderr\n${this.stderr}`;
  }

  /** A request without a body. */
  get(path: string, { key = ADMIN_KEY, base = this.url } = {}): Promise<Answer> {
    return exchange(`${base}${path}`, { headers: { authorization: `Bearer ${key}` } });
  }

  /** Waits until a probe answers with a status, and returns that answer. */
  async health(probe: 'live' | 'ready' | 'startup', status: number): Promise<Answer> {
    let last: Answer | undefined;
    await this.comesTrue(async () => {
      last = await this.get(`/health/${probe}`, { base: this.managementUrl }).catch(() => undefined);
      return last?.status === status;
    }, `/health/${probe} is ${status}`);
    if (!last) throw new Error('unreachable');
    return last;
  }

  /** Waits until something holds; fails when the process ends or it never does, with what the process has printed. */
  async comesTrue(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const givesUpAt = performance.now() + HANGS_AFTER_MS;
    const pauseBeforeAsking = growingPause();
    while (!(await holds())) {
      const why = this.end ? `it ended (${JSON.stringify(this.end)})` : 'time is up';
      if (this.end || performance.now() > givesUpAt) throw new Error(`${why} before ${what}\n${this.output}`);
      await pauseBeforeAsking();
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** SIGKILL: what a crash of the process looks like. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }

  /** SIGTERM, then the exit; killed when it hangs. Code 0: it came to its end before its own limit, which leaves with 1. */
  async stop(): Promise<Exit> {
    this.signal('SIGTERM');
    const hangs = setTimeout(() => this.signal('SIGKILL'), HANGS_AFTER_MS);
    const exit = await this.exited;
    clearTimeout(hangs);
    return exit;
  }

  private get announced(): string | undefined {
    return /(?:webhooks {3}|Listening on )(http:\/\/[^/\s"]+)/.exec(this.stdout)?.[1];
  }
}

/** A data directory for a service with an embedded database, and a look into that database. */
export class ServiceData {
  private readonly root = mkdtempSync(join(tmpdir(), 'onboarding-process-'));
  readonly dataDir = join(this.root, 'data');
  private readonly cluster = join(this.dataDir, 'postgres');

  /** The process id of the database server; undefined when none runs. */
  async serverPid(): Promise<number | undefined> {
    const pid = readPostmasterFile(this.cluster)?.pid;
    return pid !== undefined && (await isServerOf(pid, this.cluster)) ? pid : undefined;
  }

  /** Runs a query on the running server. */
  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const address = readPostmasterFile(this.cluster)?.address;
    const client = new Client({ ...address, user: 'postgres', database: 'typeform_onboarding' });
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Stops what was left running and removes the files. */
  async remove(): Promise<void> {
    const pid = await this.serverPid();
    const socketDirectory = readPostmasterFile(this.cluster)?.address?.host;
    if (pid !== undefined) await stopServer(pid, this.cluster);
    if (socketDirectory) rmSync(socketDirectory, { recursive: true, force: true });
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
