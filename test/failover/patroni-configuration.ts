/** The configuration of Patroni on a machine: deploy/patroni/patroni.yml with names, addresses and folders. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { addressOf, nameOf } from './network';

const PUBLISHED = resolve(__dirname, '../../deploy/patroni/patroni.yml');

export const PATRONI_PORT = 8008;
export const POSTGRES_PORT = 5432;
export const ETCD_PORTS = { client: 2379, peer: 2380 };

/** As YAML. Who reaches the network of the drill is trusted: nobody else does. */
export function patroniConfiguration(machine: number, machines: number, folder: string, programs: string): string {
  const { bootstrap } = parse(readFileSync(PUBLISHED, 'utf8')) as { bootstrap: Record<string, unknown> };
  const here = addressOf(machine);
  const etcd = Array.from({ length: machines }, (_, index) => `${addressOf(index + 1)}:${ETCD_PORTS.client}`);
  return stringify({
    scope: 'onboarding',
    name: nameOf(machine),
    restapi: { listen: `${here}:${PATRONI_PORT}`, connect_address: `${here}:${PATRONI_PORT}` },
    [needsOldInterface() ? 'etcd' : 'etcd3']: { hosts: etcd },
    bootstrap,
    postgresql: {
      listen: `${here}:${POSTGRES_PORT}`,
      connect_address: `${here}:${POSTGRES_PORT}`,
      data_dir: join(folder, 'data'),
      bin_dir: programs,
      pgpass: join(folder, 'pgpass'),
      use_unix_socket: true,
      authentication: { superuser: { username: 'postgres' }, replication: { username: 'replicator' } },
      parameters: { unix_socket_directories: folder },
      pg_hba: ['local all all trust', 'host all all samenet trust', 'host replication all samenet trust'],
    },
  });
}

/**
 * Whether this Patroni is to use version 2 of etcd's interface. Before 3.0.3 it takes the lock of the leader back without a look by version
 * 3: a primary that was frozen and wakes up becomes the primary again, and what the next one has acknowledged is lost.
 */
export function needsOldInterface(): boolean {
  oldInterface ??= versionOfPatroni() < 30_003;
  return oldInterface;
}

let oldInterface: boolean | undefined;

/** 30003 for 3.0.3. */
function versionOfPatroni(): number {
  const printed = execFileSync('patroni', ['--version'], { encoding: 'utf8' });
  const [, major, minor, patch] = /(\d+)\.(\d+)\.(\d+)/.exec(printed) ?? [];
  return Number(major) * 10_000 + Number(minor) * 100 + Number(patch);
}
