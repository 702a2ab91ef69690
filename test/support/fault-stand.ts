/** A service and a PostgreSQL server of its own that a test can do everything to, with the connection between the two. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { EmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';
import { readPostmasterFile, signalQuietly } from '../../src/database/embedded/server-process';
import { type FixtureEvent, toBody } from '../fixtures/typeform-events';
import { DatabaseProxy } from './database-proxy';
import { eventually } from './eventually';
import { makeCluster } from './own-postgres';
import { deliver } from './sender';
import { ServiceProcess, WEBHOOK_SECRET } from './service-process';
import { SmallDisk } from './small-disk';

const SETTINGS = {
  WEBHOOK_MAX_EVENT_AGE_DAYS: '365',
  // An event that a fault has made fail is tried again soon, and not given up before the fault is over.
  RETRY_INITIAL_SECONDS: '1',
  RETRY_MAX_SECONDS: '1',
  RETRY_JITTER_PERCENT: '0',
  RETRY_MAX_ATTEMPTS: '50',
};

/** Small, so that the server soon needs another file. */
const LOG_DISK_MB = 160;
const LOG_SETTINGS = { max_wal_size: '64MB', min_wal_size: '32MB' };

/** Disks that hold only the table of the inbox, and only the write-ahead log. */
export interface SmallDisks {
  data: SmallDisk;
  log: SmallDisk;
}

export class FaultStand {
  service: ServiceProcess | null = null;
  /** More that take in webhooks, for as long as a fault needs them. */
  readonly replicas: ServiceProcess[] = [];
  /** Tells whether there is still something to send. */
  loading = false;
  private turn = 0;
  private stopping = false;

  private constructor(
    private readonly root: string,
    readonly postgres: EmbeddedPostgres,
    readonly proxy: DatabaseProxy,
    /** Past the connection of the service. */
    readonly pool: Pool,
    readonly disks: SmallDisks | null,
  ) {}

  /** `dataMegabytes` is what all events of the test need, for small disks; without it there are none. */
  static async start(dataMegabytes: number | null): Promise<FaultStand> {
    const root = mkdtempSync(join(tmpdir(), 'onboarding-faults-'));
    const dataDir = join(root, 'postgres');
    const disks = dataMegabytes === null ? null : await mountDisks(root, dataDir, dataMegabytes);
    if (!disks) makeCluster(dataDir);
    // A server that was killed is started again, as systemd or Kubernetes would.
    const postgres = await EmbeddedPostgres.start({ dataDir, settings: LOG_SETTINGS });
    const proxy = await DatabaseProxy.start(postgres);
    const pool = new Pool({ connectionString: postgres.url, max: 4 });
    pool.on('error', () => undefined);
    const stand = new FaultStand(root, postgres, proxy, pool, disks);
    await stand.startService();
    if (disks) {
      await pool.query(`CREATE TABLESPACE small LOCATION '${disks.data.path}'`);
      await pool.query('ALTER TABLE webhook_event SET TABLESPACE small');
    }
    return stand;
  }

  /** Where to send: each that takes in webhooks in turn; null while nothing listens. */
  get url(): string | null {
    if (!this.stopping) this.service?.assertRunning();
    const targets = [this.service, ...this.replicas].filter((service) => service?.listens);
    this.turn += 1;
    return targets[this.turn % targets.length]?.url ?? null;
  }

  /** Starts the service, with more settings if need be; resolves when it is ready. */
  async startService(environment: Record<string, string> = {}): Promise<void> {
    this.service = await this.startReplica('main', environment);
  }

  startReplica(name: string, environment: Record<string, string>): Promise<ServiceProcess> {
    return ServiceProcess.start({
      DATABASE_URL: this.proxy.url,
      DATA_DIR: join(this.root, `data-${name}`),
      ...SETTINGS,
      ...environment,
    });
  }

  /** SIGKILL, without waiting for anything else. */
  async killService(): Promise<void> {
    const service = this.service;
    this.service = null;
    await service?.kill();
  }

  /** SIGTERM; resolves with the exit code. */
  async stopService(): Promise<number | null> {
    this.stopping = true;
    const exit = await this.service?.stop();
    this.service = null;
    this.stopping = false;
    return exit?.code ?? null;
  }

  /** Sends a signal to the database server and to each of its backends. */
  signalPostgres(signal: NodeJS.Signals): void {
    const server = readPostmasterFile(join(this.root, 'postgres'))?.pid;
    if (server === undefined) return;
    // Elsewhere than on Linux the backends notice by themselves.
    const list = `/proc/${server}/task/${server}/children`;
    const children = existsSync(list) ? readFileSync(list, 'utf8').trim().split(' ').map(Number) : [];
    for (const pid of [server, ...children]) if (pid > 0) signalQuietly(pid, signal);
  }

  /** Repeats something as long as events are being sent; what fails because of it is left to the next time. */
  async whileLoading(work: () => Promise<unknown>): Promise<void> {
    while (this.loading) {
      await work().catch(() => undefined);
      await new Promise((next) => setTimeout(next, 50));
    }
  }

  /** Delivers an event to a service that takes it in; resolves with its client once that is known. */
  async takesIn(event: FixtureEvent): Promise<string> {
    const { status } = await deliver(this.url ?? '', toBody(event), WEBHOOK_SECRET);
    if (status !== 200) throw new Error(`refused with ${status}`);
    let clientId: string | null | undefined;
    await eventually(async () => {
      const sql = 'SELECT client_id FROM form_response WHERE token = $1';
      const { rows } = await this.pool.query<{ client_id: string | null }>(sql, [event.form_response.token]);
      clientId = rows[0]?.client_id;
      return typeof clientId === 'string';
    }, 'the client is known');
    return clientId ?? '';
  }

  /** Resolves when every process says that it is ready. */
  async recovers(): Promise<void> {
    for (const service of [this.service, ...this.replicas]) await service?.health('ready', 200);
  }

  /** Resident memory of the service in bytes, as it tells itself. */
  async residentBytes(): Promise<number> {
    const { text } = (await this.service?.get('/metrics')) ?? { text: '' };
    return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
  }

  /** Asks until the database answers. */
  async count(sql: string, values: unknown[] = []): Promise<number> {
    let count = -1;
    await eventually(async () => {
      try {
        count = (await this.pool.query<{ count: number }>(sql, values)).rows[0]?.count ?? -1;
        return true;
      } catch {
        return false;
      }
    }, 'the database answers');
    return count;
  }

  async remove(): Promise<void> {
    await this.killService();
    for (const replica of this.replicas) await replica.kill();
    await this.pool.end();
    await this.proxy.close();
    await this.postgres.stop();
    this.disks?.data.unmount();
    this.disks?.log.unmount();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** Makes the database, with its write-ahead log on a disk of its own. */
async function mountDisks(root: string, dataDir: string, dataMegabytes: number): Promise<SmallDisks> {
  if (!makeCluster(dataDir)) await (await EmbeddedPostgres.start({ dataDir, settings: LOG_SETTINGS })).stop();
  const disks = {
    data: SmallDisk.mount(join(root, 'data-disk'), dataMegabytes),
    log: SmallDisk.mount(join(root, 'log-disk'), LOG_DISK_MB),
  };
  disks.data.giveToOwnerOf(dataDir);
  disks.log.giveToOwnerOf(dataDir);
  const [here, there] = [join(dataDir, 'pg_wal'), join(disks.log.path, 'log')];
  // With its owner, unlike a copy by Node.
  const { status } = spawnSync('cp', ['-a', here, there]);
  if (status !== 0) throw new Error('the write-ahead log could not be copied');
  renameSync(here, join(root, 'log-before'));
  symlinkSync(there, here);
  return disks;
}
