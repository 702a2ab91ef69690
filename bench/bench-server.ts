/** The PostgreSQL server of a run: embedded in a temporary directory, or the one at TEST_DATABASE_URL. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres } from '../src/database/embedded/embedded-postgres';
import { migrate } from '../src/database/open-database';
import { cpuMsOfFamily } from './cpu-time';

/** Hands out empty, migrated databases. */
export class BenchServer {
  private made = 0;
  private readonly prefix = `onboarding_bench_${process.pid}`;

  private constructor(
    private readonly admin: Client,
    private readonly url: string,
    readonly description: string,
    private readonly release: () => Promise<void>,
  ) {}

  /** Uses the server at `givenUrl`, or starts one. Throws an error that names the remedy. */
  static async start(givenUrl: string | undefined): Promise<BenchServer> {
    const directory = mkdtempSync(join(tmpdir(), 'onboarding-bench-'));
    const embedded = givenUrl ? null : await EmbeddedPostgres.start({ dataDir: join(directory, 'postgres') });
    const release = async (): Promise<void> => {
      await embedded?.stop();
      rmSync(directory, { recursive: true, force: true });
    };
    try {
      const url = givenUrl ?? embedded?.url ?? '';
      const admin = new Client({ connectionString: url });
      await admin.connect();
      const { rows } = await admin.query<{ server_version: string }>('SHOW server_version');
      const where = embedded ? 'embedded' : 'at TEST_DATABASE_URL';
      const server = new BenchServer(admin, url, `PostgreSQL ${rows[0]?.server_version}, ${where}`, release);
      await admin.query(`CREATE DATABASE ${server.prefix}_template`);
      await migrate(server.urlOf(`${server.prefix}_template`), () => undefined);
      return server;
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** Runs `work` with a new database, which is dropped afterwards. */
  async withDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
    this.made += 1;
    const name = `${this.prefix}_${this.made}`;
    await this.admin.query(`CREATE DATABASE ${name} TEMPLATE ${this.prefix}_template`);
    try {
      return await work(this.urlOf(name));
    } finally {
      await this.drop(name);
    }
  }

  /** Milliseconds of processor time that the server has used; NaN where it does not run on this machine. */
  async cpuMs(): Promise<number> {
    // The first line is the process of the server. Only a superuser may read it.
    const { rows } = await this.admin
      .query<{ pid: string }>(`SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid`)
      .catch(() => ({ rows: [] }));
    return cpuMsOfFamily(Number(rows[0]?.pid ?? 0));
  }

  /** Writes out what the last measurement left in memory, so that the next one does not pay for it. */
  async settle(): Promise<void> {
    // Only a superuser may; without it the measurements are a little noisier.
    await this.admin.query('CHECKPOINT').catch(() => undefined);
  }

  async stop(): Promise<void> {
    await this.drop(`${this.prefix}_template`);
    await this.admin.end();
    await this.release();
  }

  private async drop(name: string): Promise<void> {
    await this.admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }

  private urlOf(database: string): string {
    return this.url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${database}`);
  }
}
