/** Whether an event could be committed right now: how the writer's last commits went and, while it is idle, a probe of its own. */
import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'pg';
import { AppConfig } from '../config/app-config';
import { CONNECT_TIMEOUT_MS, requireDatabaseUrl } from '../database/data-source-options';
import { Clock } from '../database/clock';
import { DatabaseFailureCause, describeDatabaseFailure } from '../database/database-failure';
import { guardConnection } from '../database/guard-connection';
import { pinnedClient } from '../database/pinned-client';
import { probeCommit } from './commit-probe.repository';
import { InboxWriter } from './inbox-writer';

/** A commit this recent says that the next one succeeds too. */
const FRESH_MS = 1_000;
/** Events that wait longer, with no commit in between, are not being committed. */
const PATIENCE_MS = 2_000;
/** A commit that failed for a reason that a probe may not meet counts for this long; then another try is worth it. */
const FAILURE_COUNTS_MS = 10_000;
/** A probe meets these as well as an event does, so it knows at once when they are over. */
const PROBE_KNOWS: ReadonlySet<DatabaseFailureCause> = new Set<DatabaseFailureCause>([
  'unreachable',
  'shutting_down',
  'too_late',
  'lock_timeout',
  'contention',
  'too_many_connections',
  'access_denied',
  'schema',
  'read_only',
]);
const PROBE_LOCK_TIMEOUT_MS = 1_000;
const PROBE_TIMEOUT_MS = 1_500;
const PROBE_IDLE_MS = 60_000;
/** The temporary table of a session that never ends would hold up the freezing of old transactions. */
const PROBE_LIFETIME_SECONDS = 3_600;

@Injectable()
export class IntakeReadiness implements OnApplicationShutdown {
  private readonly pool: Pool;
  private probing: Promise<void> | null = null;
  private probedAtMs = -Infinity;

  constructor(
    config: AppConfig,
    private readonly writer: InboxWriter,
    private readonly clock: Clock,
  ) {
    const settings = {
      // The probe itself waits for more.
      synchronous_commit: 'local',
      temp_tablespaces: '',
      client_min_messages: 'warning',
      lock_timeout: PROBE_LOCK_TIMEOUT_MS,
      statement_timeout: PROBE_TIMEOUT_MS,
    };
    this.pool = new Pool({
      Client: pinnedClient(requireDatabaseUrl(config), settings),
      max: 1,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idleTimeoutMillis: PROBE_IDLE_MS,
      maxLifetimeSeconds: PROBE_LIFETIME_SECONDS,
      application_name: 'typeform-onboarding-readiness',
      keepAlive: true,
      onConnect: guardConnection,
    });
    // A connection that breaks while idle is replaced by the next probe; without a handler it would end the process.
    this.pool.on('error', () => undefined);
  }

  /** Throws an error that names the kind of failure when events cannot be committed. However many ask, one probe runs at a time. */
  async check(): Promise<void> {
    const now = this.clock.monotonicMs();
    const { committedAtMs, failedAtMs, failure, waitingMs, obstacle } = this.writer.experience();
    const failedLast = failedAtMs > Math.max(committedAtMs, this.probedAtMs);
    if (!failedLast && now - Math.max(committedAtMs, this.probedAtMs) <= FRESH_MS) return;
    if (waitingMs > PATIENCE_MS) throw notCommitting(obstacle ?? new Error('waited too long for a commit'));
    const lasting = failedLast && now - failedAtMs <= FAILURE_COUNTS_MS;
    if (lasting && !PROBE_KNOWS.has(describeDatabaseFailure(failure).cause)) throw notCommitting(failure);
    this.probing ??= this.probe().finally(() => (this.probing = null));
    await this.probing;
  }

  onApplicationShutdown(): Promise<void> {
    return this.pool.end();
  }

  private async probe(): Promise<void> {
    try {
      const client = await this.pool.connect();
      try {
        await probeCommit(client, PROBE_TIMEOUT_MS);
        client.release();
      } catch (error) {
        client.release(true);
        throw error;
      }
    } catch (error) {
      throw notCommitting(error);
    }
    this.probedAtMs = this.clock.monotonicMs();
  }
}

/** Probes are open to everybody, so only the kind of failure is named. */
function notCommitting(failure: unknown): Error {
  const { cause } = describeDatabaseFailure(failure);
  const words = cause === 'read_only' ? 'the database is read-only' : `events cannot be committed: ${cause}`;
  return new Error(words, { cause: failure });
}
