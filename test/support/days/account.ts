/** Everything that takes part: Typeform's stand-in, two replicas behind a load balancer, one database, one clock. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApiCall } from '../../../sandbox/api/call-log';
import type { TypeformSandbox } from '../../../sandbox/sandbox';
import { createTestDatabase, TestDatabase } from '../database';
import { RECORD_TURNS } from '../recorded-turns';
import { API_KEY, Json, startSandbox } from '../sandbox-harness';
import { exchange } from '../sender';
import { ADMIN_KEY, MAIN_IN_FILES, ServiceProcess } from '../service-process';
import { eventually } from '../eventually';
import { LoadBalancer } from './load-balancer';
import { MovedClock } from './moved-clock';

/** Marks calls that are not the service's. */
const BY = 'by=somebody-else';
/** Begins the secrets that somebody else gives to webhooks. */
export const FOREIGN_SECRET = 'somebody-else-';
export const REPLICAS = [0, 1] as const;
export type Replica = (typeof REPLICAS)[number];

export interface Place {
  formId: string;
  tag: string;
}

/** Settings of the service that are not defaults: what it does by timers has to fit into days of seconds. */
const SETTINGS = {
  RECONCILE_INTERVAL_SECONDS: '25',
  TYPEFORM_TIMEOUT_SECONDS: '2',
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
};

export class Account {
  readonly replicas: (ServiceProcess | null)[] = [null, null];
  private readonly starting = new Map<Replica, Promise<void>>();
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'onboarding-data-'));

  private constructor(
    readonly sandbox: TypeformSandbox,
    readonly database: TestDatabase,
    readonly balancer: LoadBalancer,
    readonly clock: MovedClock,
    readonly places: readonly Place[],
  ) {}

  /** `forms` forms, each with two webhooks. */
  static async start(seed: string, forms: number): Promise<Account> {
    const sandbox = await startSandbox({ seed, clockSpeed: 1, rateLimitPerSecond: 2, deliveryConcurrency: 8 });
    const formIds = sandbox.control.forms().map(({ id }) => id);
    const places = formIds
      .slice(0, forms)
      .flatMap((formId) => ['onboarding', 'second'].map((tag) => ({ formId, tag })));
    const [database, balancer, clock] = await Promise.all([
      createTestDatabase(),
      LoadBalancer.start(),
      MovedClock.start(sandbox),
    ]);
    await database.pool.query(RECORD_TURNS);
    balancer.arrival = (path) => {
      const webhook = sandbox.control.webhooks().find(({ url }) => url.endsWith(path));
      return { atMs: clock.nowMs(), foreign: webhook?.secret?.startsWith(FOREIGN_SECRET) === true };
    };
    return new Account(sandbox, database, balancer, clock, places);
  }

  get formIds(): string[] {
    return [...new Set(this.places.map(({ formId }) => formId))];
  }

  /** Resolves when it is ready; whoever asks while it starts waits for the same process. */
  startReplica(replica: Replica): Promise<void> {
    const starting = this.starting.get(replica) ?? this.launch(replica).finally(() => this.starting.delete(replica));
    this.starting.set(replica, starting);
    return starting;
  }

  private async launch(replica: Replica): Promise<void> {
    if (this.replicas[replica]) return;
    this.replicas[replica] = await ServiceProcess.start(
      {
        ...SETTINGS,
        ...this.clock.environment,
        DATABASE_URL: this.database.url,
        DATABASE_POOL_SIZE: '5',
        DATA_DIR: this.dataDir,
        PUBLIC_URL: this.balancer.url,
        TYPEFORM_API_BASE_URL: this.sandbox.url,
        TYPEFORM_API_KEY: API_KEY,
      },
      { script: MAIN_IN_FILES },
    );
    this.route();
  }

  async endReplica(replica: Replica, how: 'stop' | 'kill'): Promise<void> {
    const service = this.replicas[replica];
    if (!service) return;
    this.replicas[replica] = null;
    await service[how]();
    this.route();
  }

  /** A call of the admin API at any replica that runs, at a pace that it takes; status 0 without any answer. */
  async admin(method: string, path: string, body?: object): Promise<{ status: number; body: Json }> {
    const service = this.replicas.find((each) => each !== null);
    if (!service) return { status: 0, body: null };
    const answer = await exchange(`${service.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body && Buffer.from(JSON.stringify(body)),
    }).catch(() => ({ status: 0, text: '' }));
    if (answer.status === 429) {
      await pause(1_000);
      return this.admin(method, path, body);
    }
    return { status: answer.status, body: answer.text === '' ? null : JSON.parse(answer.text) };
  }

  /** A call of Typeform's API by somebody with the same account, repeated until it passes. */
  async somebodyElse(method: string, path: string, body?: object): Promise<void> {
    const url = `${this.sandbox.url}${path}${path.includes('?') ? '&' : '?'}${BY}`;
    await eventually(async () => {
      const answer = await exchange(url, {
        method,
        headers: { authorization: `Bearer ${API_KEY}`, ...(body ? { 'content-type': 'application/json' } : {}) },
        body: body && Buffer.from(JSON.stringify(body)),
      }).catch(() => ({ status: 0 }));
      return answer.status === 404 || (answer.status >= 200 && answer.status < 300);
    }, `${method} ${path} passed`);
  }

  /** The service's own calls, in order of arrival. */
  calls(): ApiCall[] {
    return this.sandbox.control.stats().api.calls.filter(({ url }) => !url.includes(BY));
  }

  async rows<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.database.pool.query<Row>(sql, values)).rows;
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.starting.values());
    await Promise.all(REPLICAS.map((replica) => this.endReplica(replica, 'kill')));
    await this.balancer.close();
    await this.sandbox.stop();
    await this.database.drop();
    this.clock.remove();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private route(): void {
    this.balancer.targets = this.replicas.flatMap((service) => (service ? [service.url] : []));
  }
}
