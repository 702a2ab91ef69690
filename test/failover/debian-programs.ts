/** The programs of Debian packages that the drill needs. */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const POSTGRES = '/usr/lib/postgresql';
const PACKAGES = {
  patroni: 'patroni',
  etcd: 'etcd-server',
  ip: 'iproute2',
  unshare: 'util-linux',
  setpriv: 'util-linux',
};

/** The folder with the programs of the newest PostgreSQL server; undefined without one. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(POSTGRES) ? readdirSync(POSTGRES).sort((a, b) => Number(b) - Number(a)) : [];
  return versions
    .map((version) => join(POSTGRES, version, 'bin'))
    .find((folder) => isProgram(join(folder, 'postgres')));
}

/** Why the drill cannot run on this machine, and what to do about it; undefined when it can. */
export function whyNotHere(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return 'the drill needs Linux and root: it makes networks of its own, and cuts them';
  }
  const missing = Object.entries(PACKAGES)
    .filter(([program]) => !folders().some((folder) => isProgram(join(folder, program))))
    .map(([, name]) => name);
  if (!postgresPrograms()) missing.push('postgresql');
  return missing.length === 0
    ? undefined
    : `programs are missing: apt-get install --no-install-recommends ${[...new Set(missing)].join(' ')}`;
}

function folders(): string[] {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
