import { transformFileSync } from '@swc/core';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { EmbeddedPostgresOptions } from '../../src/database/embedded/embedded-postgres';
import { firstClosedDirectory } from '../../src/database/embedded/file-access';
import { isServerOf, readPostmasterFile } from '../../src/database/embedded/server-process';

const PROJECT = resolve(__dirname, '../..');
const PROGRAM = 'test/support/embedded-postgres-program';

const UNSHARE = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];
export const NOBODY = 65534;

/** How to run a program as somebody who is not root. */
export interface OrdinaryUser {
  uid?: number;
  prefix?: string[];
}

/** One line printed by the program. */
export interface ProgramEvent {
  url?: string;
  log?: string;
  committed?: number;
  error?: string;
  name?: string;
}

/** A running program: what it has said so far, and its process. */
export interface Program {
  process: ChildProcess;
  events: ProgramEvent[];
  /** Resolves with the first event that fits; rejects when the program ends without it. */
  until(fits: (event: ProgramEvent) => boolean): Promise<ProgramEvent>;
  ended: Promise<void>;
}

/** Room for one test file: data directories, the compiled program, and everything that must be gone at the end. */
export class EmbeddedPostgresHarness {
  /** Open to all users, since some programs run as another one. */
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'embedded-postgres-test-')));
  private readonly dataDirs: string[] = [];
  private count = 0;

  constructor() {
    chmodSync(this.directory, 0o755);
    this.compile('src/config/private-directory.ts');
    for (const folder of ['src/database/embedded', 'test/support']) {
      for (const name of readdirSync(join(PROJECT, folder))) {
        if (name.endsWith('.ts')) this.compile(join(folder, name));
      }
    }
  }

  /** A data directory that does not exist yet. */
  newDataDir(...path: string[]): string {
    const dataDir = join(this.directory, `data-${++this.count}`, ...path, 'postgres');
    mkdirSync(dirname(dataDir), { recursive: true });
    this.dataDirs.push(dataDir);
    return dataDir;
  }

  /** Starts the program in a process of its own, perhaps as another user and with other packages before node_modules. */
  run(
    options: EmbeddedPostgresOptions,
    then: 'stay' | 'write' | 'stop' | 'exit',
    how: { user?: OrdinaryUser; modules?: string } = {},
  ): Program {
    const command = [process.execPath, join(this.directory, `${PROGRAM}.js`), JSON.stringify(options), then];
    const [file = '', ...args] = [...(how.user?.prefix ?? []), ...command];
    const child = spawn(file, args, {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', NODE_PATH: [how.modules, join(PROJECT, 'node_modules')].filter(Boolean).join(':') },
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(how.user?.uid === undefined ? {} : { uid: how.user.uid, gid: how.user.uid }),
    });
    const events: ProgramEvent[] = [];
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => events.push(JSON.parse(line) as ProgramEvent));
    const ended = new Promise<void>((end) => lines.once('close', end));
    const until = (fits: (event: ProgramEvent) => boolean): Promise<ProgramEvent> =>
      new Promise((found, missing) => {
        const look = (): void => {
          const event = events.find(fits);
          if (event) found(event);
        };
        lines.on('line', look);
        lines.once('close', () => missing(new Error(`The program ended: ${JSON.stringify(events.slice(-5))}`)));
        look();
      });
    return { process: child, events, until, ended };
  }

  /** Kills what tests have left behind and removes the files. */
  async clean(): Promise<void> {
    for (const dataDir of this.dataDirs) {
      const server = readPostmasterFile(dataDir);
      if (server && (await isServerOf(server.pid, dataDir))) process.kill(server.pid, 'SIGKILL');
      if (server?.address) rmSync(server.address.host, { recursive: true, force: true });
    }
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  private compile(file: string): void {
    const target = join(this.directory, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    const { code } = transformFileSync(join(PROJECT, file), {
      jsc: { target: 'es2023', parser: { syntax: 'typescript', decorators: true } },
      module: { type: 'commonjs' },
    });
    writeFileSync(target, code);
  }
}

/**
 * Somebody who is not root: this user, or for root nobody; where nobody cannot reach Node or the project (below /root),
 * an ordinary user of a namespace.
 */
export function ordinaryUser(): OrdinaryUser {
  if (process.getuid?.() !== 0) return {};
  return [process.execPath, PROJECT].every((path) => isOpenToNobody(path)) ? { uid: NOBODY } : { prefix: UNSHARE };
}

/** Whether the user nobody can get to a path. */
export function isOpenToNobody(path: string): boolean {
  return firstClosedDirectory(path, { uid: NOBODY, gids: [NOBODY] }) === undefined;
}

/** The process id of the server of a data directory. */
export function serverPid(dataDir: string): number {
  const pid = readPostmasterFile(dataDir)?.pid;
  if (pid === undefined) throw new Error(`No server runs in ${dataDir}`);
  return pid;
}

/** Whether this machine lets this user make user namespaces (most containers do not). */
export function userNamespacesWork(): boolean {
  return spawnSync('unshare', [...UNSHARE.slice(1), 'true']).status === 0;
}
