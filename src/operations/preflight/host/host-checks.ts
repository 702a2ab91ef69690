import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parse as parseConnectionString } from 'pg-connection-string';
import { urlsOfHosts } from '../../../core/database-hosts';
import { LOOPBACK_HOSTS } from '../../../core/typeform-hosts';
import { Check, failed, passed } from '../../check';
import { clockCheck } from './clock-check';
import type { PreflightContext } from '../preflight-context';
import { outputOf } from '../run-program';

const MIN_OPEN_FILES = 4_096;
const MEGABYTE = 1024 * 1024;

/** The machine that preflight runs on: it should be the service's own machine, or one like it. */
export function hostChecks(context: PreflightContext, { minDiskMegabytes }: { minDiskMegabytes: number }): Check[] {
  return [
    {
      id: 'host.disk-space',
      title: 'enough free disk space',
      severity: 'block',
      run: async () => {
        const places = [existing(context.config.dataDir), ...(await localDatabaseDirectory(context))];
        const free = await Promise.all(places.map(async (path) => ({ path, megabytes: await freeMegabytes(path) })));
        const evidence = free.map(({ path, megabytes }) => `${path} has ${megabytes} MB free`).join('; ');
        if (free.every(({ megabytes }) => megabytes >= minDiskMegabytes)) return passed(evidence);
        return failed(evidence, `free up space: at least ${minDiskMegabytes} MB are needed (--min-disk-mb)`);
      },
    },
    clockCheck(context),
    {
      id: 'host.file-limits',
      title: 'the limit on open files is high enough',
      severity: 'block',
      run: async () => {
        const limit = await openFileLimit(context);
        const evidence = `${limit === Infinity ? 'any number of' : limit} files can be open at the same time`;
        if (limit >= MIN_OPEN_FILES) return passed(evidence);
        return failed(
          `${evidence}, and every connection counts as one`,
          `raise the limit to ${MIN_OPEN_FILES} or more (ulimit -n, LimitNOFILE= of systemd, the container's ulimits)`,
        );
      },
    },
  ];
}

function existing(path: string): string {
  return existsSync(path) ? path : existing(dirname(path));
}

async function freeMegabytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return Math.floor((bavail * bsize) / MEGABYTE);
}

/** Where PostgreSQL keeps its files, when that is on this machine and we may know it. */
async function localDatabaseDirectory(context: PreflightContext): Promise<string[]> {
  const database = await context.database().catch(() => null);
  if (database === null) return [];
  const host = parseConnectionString(urlsOfHosts(await context.databaseUrl())[0]).host ?? 'localhost';
  if (!host.startsWith('/') && !LOOPBACK_HOSTS.includes(host)) return [];
  const path = await database.dataDirectory().catch(() => null);
  return path !== null && existsSync(path) ? [path] : [];
}

/** The limit of this process: node raises its soft limit to the hard one when it starts, and so does the service. */
async function openFileLimit({ environment }: PreflightContext): Promise<number> {
  const limits = '/proc/self/limits';
  const text = existsSync(limits)
    ? /^Max open files +(\S+)/m.exec(readFileSync(limits, 'utf8'))?.[1]
    : (await outputOf('sh', ['-c', 'ulimit -n'], { environment }))?.trim();
  return text === 'unlimited' ? Infinity : Number(text);
}
