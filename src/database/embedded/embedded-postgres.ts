import { rmdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { resolveDataDirectory } from './data-directory';
import { DataDirectoryInUseError } from './embedded-postgres.error';
import { OwnerSession, SUPERUSER } from './owner-session';
import { preparePostgresPackage } from './postgres-package';
import type { RunAsName } from './run-as';
import { signalQuietly, stopServer } from './server-process';
import { ServerSupply } from './server-supply';

export const EMBEDDED_DATABASE = 'typeform_onboarding';
const RESTART_PAUSE_MS = 1_000;

export interface EmbeddedPostgresOptions {
  /** Where the database lives, for example `./data/postgres`. The server's log is written next to it. */
  dataDir: string;
  /** Receives one line for each event in the server's life. */
  log?: (line: string) => void;
  /** More PostgreSQL settings. */
  settings?: Record<string, string>;
  /** Forces one way to run PostgreSQL; by default the first that works is used. */
  runAs?: RunAsName;
}

/**
 * A PostgreSQL server that belongs to this process: real, durable, reachable through a private unix socket only.
 * A server that dies while the service runs is started again under the same address. When the process exits without
 * `stop`, the server shuts down; when it is killed (SIGKILL, or an unhandled signal), the server keeps running
 * and is adopted by the next start.
 */
export class EmbeddedPostgres {
  readonly user = SUPERUSER;
  readonly database = EMBEDDED_DATABASE;
  /** The socket directory. */
  readonly host: string;
  readonly port: number;
  private readonly aborter = new AbortController();
  private stopping?: Promise<void>;
  private recovery: Promise<void> = Promise.resolve();
  private owned = true;
  private connected = false;
  private readonly onExit = (): void => {
    // After a crash the process id may be another program's.
    if (this.connected) signalQuietly(this.session.serverPid, 'SIGINT');
  };

  private constructor(
    private readonly dataDir: string,
    private readonly supply: ServerSupply,
    private readonly log: (line: string) => void,
    private session: OwnerSession,
  ) {
    this.host = session.host;
    this.port = session.port;
    process.once('exit', this.onExit);
    this.watch();
  }

  /**
   * Creates the database when it is new, adopts a server that outlived its service, or starts one.
   * @throws EmbeddedPostgresError whose message says what to do.
   */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const dataDir = resolveDataDirectory(options.dataDir);
    const log = options.log ?? (() => undefined);
    const supply = new ServerSupply(dataDir, preparePostgresPackage(`${dataDir}.lib`), {
      settings: options.settings ?? {},
      runAs: options.runAs,
      log,
    });
    const session = await supply.obtain(new AbortController().signal);
    const server = new EmbeddedPostgres(dataDir, supply, log, session);
    try {
      await session.ensureDatabase(EMBEDDED_DATABASE);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** The address in libpq's form, for `pg`. */
  get url(): string {
    return socketUrl(this, this.database);
  }

  /** Shuts the server down (an adopted one too) and resolves when it is gone. Further calls wait for the same shutdown. */
  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  private async shutDown(): Promise<void> {
    this.aborter.abort();
    await this.recovery;
    process.removeListener('exit', this.onExit);
    if (this.owned) await stopServer(this.session.serverPid, this.dataDir);
    await this.session.close();
    removeIfEmpty(this.host);
    this.log('PostgreSQL stopped');
  }

  private watch(): void {
    this.connected = true;
    this.session.onEnd(() => {
      this.connected = false;
      if (!this.aborter.signal.aborted) this.recovery = this.recover();
    });
  }

  /** Restarts the server after a crash; the application's pool reconnects, since the address stays the same. */
  private async recover(): Promise<void> {
    const { signal } = this.aborter;
    this.log('PostgreSQL has closed the connection: restarting it');
    while (!signal.aborted) {
      try {
        this.session = await this.supply.obtain(signal, this.host);
        this.watch();
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.log((error as Error).message);
        if (error instanceof DataDirectoryInUseError) {
          this.owned = false;
          return;
        }
        await delay(RESTART_PAUSE_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

/** The address of a server behind a unix socket, in libpq's form. */
export function socketUrl({ host, port }: { host: string; port: number }, database: string): string {
  const address = new URLSearchParams({ host, port: String(port) });
  return `postgresql://${SUPERUSER}@/${database}?${address.toString()}`;
}

/** PostgreSQL has removed its socket; removes the directory too, unless another server already uses it. */
function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // In use again.
  }
}
