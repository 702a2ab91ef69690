/** The three machines, and what Patroni says of them. */
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { findPrimary } from '../../src/database/primary-host';
import { eventually } from '../support/eventually';
import { Machine } from './machine';
import { addressOf, layNetwork } from './network';
import { POSTGRES_PORT } from './patroni-configuration';

const MACHINES = 3;
const DATABASE = 'typeform_onboarding';
const ASK_TIMEOUT_MS = 3_000;
/** Between two questions of what takes many seconds. */
const PAUSE_MS = 500;

/** What a machine's Patroni knows of each of them. */
interface Member {
  name: string;
  role: string;
  state: string;
  timeline?: number;
  lag?: number | string;
}

export class Cluster {
  private constructor(readonly machines: readonly Machine[]) {}

  /** Starts all machines in a network of their own; resolves when they have a database for the service. */
  static async start(folder: string, programs: string): Promise<Cluster> {
    await layNetwork(MACHINES);
    const cluster = new Cluster(
      Array.from({ length: MACHINES }, (_, index) => {
        return new Machine(index + 1, MACHINES, join(folder, `machine-${index + 1}`), programs);
      }),
    );
    for (const machine of cluster.machines) machine.start();
    await cluster.becomesWhole();
    const administration = cluster.urls('postgres');
    const client = new Client({ connectionString: await findPrimary(administration) });
    await client.connect();
    await client.query(`CREATE DATABASE ${DATABASE}`);
    await client.end();
    return cluster;
  }

  /** The DATABASE_URL of the service. */
  get url(): string {
    const hosts = this.machines.map((_, index) => `${addressOf(index + 1)}:${POSTGRES_PORT}`).join(',');
    return `postgresql://postgres@${hosts}/${DATABASE}?target_session_attrs=read-write`;
  }

  /** The machine whose PostgreSQL is the primary, by what most of them say. */
  async primary(): Promise<Machine> {
    let primary: Machine | undefined;
    await eventually(async () => {
      const leader = (await this.members()).find(({ role }) => role === 'leader');
      primary = this.machines.find(({ name }) => name === leader?.name);
      return primary !== undefined;
    }, 'there is a primary');
    if (!primary) throw new Error('unreachable');
    return primary;
  }

  /** Resolves when there are a primary, a synchronous standby and another one, all up to date. */
  async becomesWhole(): Promise<void> {
    const whole = eventually(async () => {
      await pause(PAUSE_MS);
      const members = await this.members();
      const [leader] = members.filter(({ role }) => role === 'leader');
      return (
        members.length === MACHINES &&
        members.some(({ role }) => role === 'sync_standby') &&
        members.every((member) => ['running', 'streaming'].includes(member.state)) &&
        members.every(({ timeline }) => timeline !== undefined && timeline === leader?.timeline)
      );
    }, 'the cluster is whole');
    await whole.catch((error: unknown) => {
      for (const machine of this.machines) process.stderr.write(`${machine.lastWords()}\n`);
      throw error;
    });
  }

  /** Asks Patroni to make the synchronous standby the primary. */
  async switchOver(primary: Machine): Promise<void> {
    const response = await fetch(`${primary.url}/switchover`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ leader: primary.name }),
    });
    if (!response.ok) throw new Error(`no switchover: ${response.status} ${await response.text()}`);
  }

  /** As the first machine that answers tells; none when no machine does. Frozen and cut off machines do not answer. */
  private async members(): Promise<Member[]> {
    const asked = this.machines.map(async ({ url }) => {
      const response = await fetch(`${url}/cluster`, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
      if (!response.ok) throw new Error(`answered ${response.status}`);
      return ((await response.json()) as { members: Member[] }).members;
    });
    return Promise.any(asked).catch(() => []);
  }

  private urls(database: string): string[] {
    return this.machines.map(
      (_, index) => `postgresql://postgres@${addressOf(index + 1)}:${POSTGRES_PORT}/${database}`,
    );
  }
}
