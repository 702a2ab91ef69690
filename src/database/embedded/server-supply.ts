import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { prepareDataDirectory } from './data-directory';
import { DataDirectoryInUseError, EmbeddedPostgresError } from './embedded-postgres.error';
import { OwnerSession } from './owner-session';
import type { PostgresPackage } from './postgres-package';
import { chooseRunAs, type RunAs, type RunAsName } from './run-as';
import { ServerLog } from './server-log';
import { isServerOf, readPostmasterFile, signalQuietly, stopServer } from './server-process';
import { serverArguments } from './server-settings';
import { makeSocketDirectory, socketDirectory } from './socket-directory';

const POLL_MS = 25;
/** How long a start may take; replaying the log of a crashed server takes longest. */
const START_TIMEOUT_MS = 120_000;
/** How long to retry a start that fails because a dying server still holds the lock or shared memory. */
const RETRY_MS = 20_000;
const DYING_SERVER = /lock file .*(already exists|is empty|No such file)|shared memory block/;
/** A server writes its lock file immediately: one that stays empty this long was left by a power failure. */
const EMPTY_LOCK_MS = 3_000;

/** The server process of this start. */
interface Launch {
  pid: number | undefined;
  ended: boolean;
}

/** Provides the server of one data directory as often as needed: finds a running one, or starts one. */
export class ServerSupply {
  private readonly log: ServerLog;
  private runAs: RunAs | undefined;

  constructor(
    private readonly dataDir: string,
    private readonly pkg: PostgresPackage,
    private readonly options: { settings: Record<string, string>; runAs?: RunAsName; log: (line: string) => void },
  ) {
    this.log = new ServerLog(dataDir);
  }

  /**
   * Returns the owner's session on a running server.
   * @param host the socket directory to use; when unset the one that belongs to the data directory.
   * @throws EmbeddedPostgresError with the last lines of the server's log; the signal's reason when aborted.
   */
  async obtain(signal: AbortSignal, host?: string): Promise<OwnerSession> {
    const startedAtMs = performance.now();
    let launch: Launch | undefined;
    try {
      for (;;) {
        signal.throwIfAborted();
        const elapsedMs = performance.now() - startedAtMs;
        const file = readPostmasterFile(this.dataDir);
        if (file !== undefined && (await isServerOf(file.pid, this.dataDir))) {
          const session = file.address && (await OwnerSession.open(file.pid, file.address, this.dataDir));
          if (session) {
            this.options.log(`PostgreSQL ${launch?.pid === file.pid ? 'started' : 'adopted'} (process ${file.pid})`);
            return session;
          }
        } else if (launch === undefined || launch.ended) {
          if (launch?.ended) this.assertWorthRetrying(elapsedMs);
          launch = await this.launch(file?.pid, host);
        }
        if (elapsedMs > START_TIMEOUT_MS) throw this.failure(`did not answer within ${START_TIMEOUT_MS / 1000} s`);
        await delay(POLL_MS);
      }
    } catch (error) {
      // Stop our server, which nobody will use, unless another service has become its owner meanwhile.
      if (launch?.pid !== undefined && !launch.ended && !(error instanceof DataDirectoryInUseError)) {
        signalQuietly(launch.pid, 'SIGINT');
        await stopServer(launch.pid, this.dataDir);
      }
      throw error;
    }
  }

  private async launch(stalePid: number | undefined, host: string | undefined): Promise<Launch> {
    this.runAs ??= await chooseRunAs(this.pkg, this.dataDir, this.options.runAs);
    const socketDir = host ?? socketDirectory(this.dataDir, this.runAs);
    makeSocketDirectory(socketDir, this.dataDir, this.runAs);
    await prepareDataDirectory(this.dataDir, this.pkg, this.runAs);
    // A process id left behind by a crash may be another program's by now. PostgreSQL ignores that of its grandparent in the
    // lock file, and still refuses while a process of the crashed server holds its shared memory: so nothing is deleted here.
    const env = { ...this.pkg.env, ...(stalePid === undefined ? {} : { PG_GRANDPARENT_PID: String(stalePid) }) };
    const args = serverArguments(this.dataDir, socketDir, this.options.settings);
    const { file, args: argv, ...as } = this.runAs.command(this.pkg.postgres, args, env);
    const child = this.log.use((descriptor) =>
      // Detached: Ctrl-C in the terminal must not stop the database before the service has drained.
      spawn(file, argv, { ...as, cwd: '/', detached: true, stdio: ['ignore', descriptor, descriptor] }),
    );
    const launch: Launch = { pid: child.pid, ended: false };
    const end = (): void => {
      launch.ended = true;
    };
    child.once('exit', end).once('error', end);
    child.unref();
    return launch;
  }

  private assertWorthRetrying(elapsedMs: number): void {
    const tail = this.log.tail();
    if (!DYING_SERVER.test(tail)) throw this.failure('stopped while starting');
    if (tail.includes('is empty') && elapsedMs > EMPTY_LOCK_MS) rmSync(join(this.dataDir, 'postmaster.pid'));
    if (elapsedMs > RETRY_MS) throw this.failure(`could not take over ${this.dataDir} for ${RETRY_MS / 1000} s`);
  }

  private failure(what: string): EmbeddedPostgresError {
    return new EmbeddedPostgresError(
      `The embedded PostgreSQL ${what}. Its log ${this.log.path} ends with:\n${this.log.tail()}\n` +
        'Correct that and start again, or set another DATA_DIR (an empty database), or set DATABASE_URL to a PostgreSQL server.',
    );
  }
}
