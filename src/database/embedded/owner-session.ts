import { Client } from 'pg';
import { DataDirectoryInUseError, EmbeddedPostgresError } from './embedded-postgres.error';
import { isAlive } from './server-process';

export const SUPERUSER = 'postgres';

/** Advisory lock that the owner of the server holds, in the `postgres` database, apart from the application's locks. */
const OWNER_LOCK = [0x7f0b, 1] as const;
const OWNER_NAME = /^typeform-onboarding owner (\d+)$/;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * The connection by which a service owns its embedded server. It holds a session lock, so ownership ends automatically when
 * the service dies, however it dies.
 */
export class OwnerSession {
  private constructor(
    private readonly client: Client,
    readonly serverPid: number,
    readonly host: string,
    readonly port: number,
  ) {}

  /**
   * Connects to a running server and becomes its owner.
   * @returns undefined when the server does not accept connections (yet), or when its last owner has only just died.
   * @throws DataDirectoryInUseError when another living service owns it.
   */
  static async open(
    serverPid: number,
    address: { host: string; port: number },
    dataDir: string,
  ): Promise<OwnerSession | undefined> {
    const client = new Client({
      ...address,
      user: SUPERUSER,
      database: SUPERUSER,
      application_name: `typeform-onboarding owner ${process.pid}`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
    // The end of the connection is reported through onEnd; without a listener the error would end the process.
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch {
      await client.end().catch(() => undefined);
      return undefined;
    }
    try {
      if (await claim(client, dataDir)) return new OwnerSession(client, serverPid, address.host, address.port);
      await client.end();
      return undefined;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (error instanceof EmbeddedPostgresError) throw error;
      // The server shut down meanwhile: the next attempt finds it stopped.
      return undefined;
    }
  }

  /** Calls back once when the server has ended the connection. */
  onEnd(listener: () => void): void {
    this.client.once('end', listener);
  }

  /** Creates a database when it is missing. */
  async ensureDatabase(name: string): Promise<void> {
    const found = await this.client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) await this.client.query(`CREATE DATABASE ${this.client.escapeIdentifier(name)}`);
  }

  /** Gives the ownership back. */
  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }
}

/** Takes the owner's lock; false when its holder is dead and the lock is about to become free. */
async function claim(client: Client, dataDir: string): Promise<boolean> {
  const served = await client.query<{ data_directory: string }>('SHOW data_directory');
  if (served.rows[0]?.data_directory !== dataDir) {
    throw new EmbeddedPostgresError(
      `The server behind ${dataDir}/postmaster.pid serves ${served.rows[0]?.data_directory}: a copied data directory? ` +
        'Remove that file from the copy.',
    );
  }
  const lock = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS taken', [...OWNER_LOCK]);
  if (lock.rows[0]?.taken) return true;
  const holder = await client.query<{ application_name: string }>(
    `SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND granted AND classid = $1 AND objid = $2 AND objsubid = 2`,
    [...OWNER_LOCK],
  );
  const name = holder.rows[0]?.application_name;
  if (name === undefined) return false;
  const pid = Number(OWNER_NAME.exec(name)?.[1]);
  if (isAlive(pid)) throw new DataDirectoryInUseError(dataDir, `process ${pid}`);
  return false;
}
