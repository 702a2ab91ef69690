/** A machine with PostgreSQL, Patroni and etcd: processes in a network namespace, so that all of them share its fate. */
import { spawn } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signalQuietly } from '../../src/database/embedded/server-process';
import { eventually } from '../support/eventually';
import { addressOf, connect, cutOff, nameOf, processesOf } from './network';
import { ETCD_PORTS, needsOldInterface, PATRONI_PORT, patroniConfiguration } from './patroni-configuration';

/** PostgreSQL does not run as root. */
const USER = 'postgres';
/** Below these, on a busy machine, etcd elects a new leader for nothing. */
const ETCD_HEARTBEAT_MS = 300;
const ETCD_ELECTION_MS = 3_000;

const PRINTED = 2_000;

export class Machine {
  readonly name: string;
  /** Of Patroni's REST API. */
  readonly url: string;

  /** `folder` becomes the machine's disk; the user postgres can reach it. */
  constructor(
    private readonly number: number,
    private readonly machines: number,
    private readonly folder: string,
    private readonly programs: string,
  ) {
    this.name = nameOf(number);
    this.url = `http://${addressOf(number)}:${PATRONI_PORT}`;
  }

  /** Starts what runs on it, for the first time or after a crash. */
  start(): void {
    mkdirSync(this.folder, { recursive: true });
    chmodSync(this.folder, 0o777);
    const configuration = join(this.folder, 'patroni.yml');
    writeFileSync(configuration, patroniConfiguration(this.number, this.machines, this.folder, this.programs));
    this.run('etcd', this.etcdArguments());
    this.run('patroni', [configuration]);
  }

  /** The power fails. */
  async kill(): Promise<void> {
    await eventually(async () => {
      const pids = await processesOf(this.number);
      for (const pid of pids) signalQuietly(pid, 'SIGKILL');
      return pids.length === 0;
    }, `nothing runs on ${this.name}`);
  }

  /** Everything stops, and nobody is told. */
  async freeze(): Promise<void> {
    const stopped = new Set<number>();
    await eventually(async () => {
      const running = (await processesOf(this.number)).filter((pid) => !stopped.has(pid));
      for (const pid of running) {
        signalQuietly(pid, 'SIGSTOP');
        stopped.add(pid);
      }
      // What was started meanwhile is stopped too.
      return running.length === 0;
    }, `nothing moves on ${this.name}`);
  }

  /** It goes on as if nothing had happened. */
  async thaw(): Promise<void> {
    for (const pid of await processesOf(this.number)) signalQuietly(pid, 'SIGCONT');
  }

  cutOff(): Promise<void> {
    return cutOff(this.number);
  }

  connect(): Promise<void> {
    return connect(this.number);
  }

  /** The end of what its programs have printed. */
  lastWords(): string {
    return ['etcd', 'patroni']
      .map((program) => `${program} on ${this.name}:\n${readFileSync(this.logOf(program), 'utf8').slice(-PRINTED)}`)
      .join('\n');
  }

  private logOf(program: string): string {
    return join(this.folder, `${program}.log`);
  }

  private etcdArguments(): string[] {
    const here = addressOf(this.number);
    const members = Array.from({ length: this.machines }, (_, index) => index + 1);
    const client = `http://${here}:${ETCD_PORTS.client}`;
    const peer = `http://${here}:${ETCD_PORTS.peer}`;
    return Object.entries({
      name: this.name,
      'data-dir': join(this.folder, 'etcd'),
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': members.map((each) => `${nameOf(each)}=http://${addressOf(each)}:${ETCD_PORTS.peer}`).join(),
      'heartbeat-interval': ETCD_HEARTBEAT_MS,
      'election-timeout': ETCD_ELECTION_MS,
      ...(needsOldInterface() ? { 'enable-v2': true } : {}),
    }).map(([name, value]) => `--${name}=${value}`);
  }

  private run(program: string, args: readonly string[]): void {
    const log = openSync(this.logOf(program), 'a');
    const asUser = ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--init-groups', '--inh-caps=-all'];
    const child = spawn('ip', ['netns', 'exec', this.name, ...asUser, program, ...args], {
      cwd: this.folder,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', HOME: this.folder },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    // Patroni's members and etcd's say who is missing; nobody waits for the process.
    child.on('error', (error) => process.stderr.write(`${program} on ${this.name}: ${error.message}\n`));
  }
}
