/** A PostgreSQL server from Debian's package `postgresql`, whose pg_dump is of the same version. */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { eventually } from '../../test/support/test-app';

const PROGRAMS = '/usr/lib/postgresql';

export interface DebianPostgres {
  url: string;
  stop(): Promise<void>;
}

/** Starts a server in its own directory, reachable through a unix socket only. */
export async function startDebianPostgres(): Promise<DebianPostgres> {
  const versions = existsSync(PROGRAMS) ? readdirSync(PROGRAMS).sort((a, b) => Number(b) - Number(a)) : [];
  if (versions[0] === undefined) throw new Error('install the Debian package postgresql');
  const bin = join(PROGRAMS, versions[0], 'bin');
  const directory = mkdtempSync(join(tmpdir(), 'onboarding-debian-postgres-'));
  // PostgreSQL does not run as root.
  const user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid);
  const data = join(directory, 'data');
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...user,
    stdio: 'ignore',
    cwd: directory,
  });
  const settings = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${directory}`];
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings], { ...user, stdio: 'ignore', cwd: directory });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const url = `postgresql://postgres@/postgres?host=${encodeURIComponent(directory)}`;
  await eventually(() => answers(url), 'PostgreSQL answers');
  return {
    url,
    stop: async () => {
      server.kill('SIGINT');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function idOf(option: '-u' | '-g'): number {
  return Number(execFileSync('id', [option, 'postgres']).toString());
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}
