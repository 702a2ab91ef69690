/** Why events were not committed: Typeform gets 503 for any reason, so the log and a metric name it. */
import { Injectable, Logger } from '@nestjs/common';
import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { Clock } from '../database/clock';
import { DATABASE_FAILURE_CAUSES, DatabaseFailure, describeDatabaseFailure } from '../database/database-failure';

const FAILURES = 'onboarding_inbox_commit_failures_total';
/** A lasting cause is logged again after this time, with the number of events since. */
const LOG_INTERVAL_MS = 60_000;
/** The most tables and constraints counted separately; a schema has fewer, so further names cannot be its own. */
const MAX_PLACES = 50;

export const COMMIT_FAILURE_METRIC_PROVIDERS = [
  makeCounterProvider({
    name: FAILURES,
    help: 'Events that were answered 503 because they could not be committed',
    labelNames: ['cause', 'table', 'constraint'],
  }),
];

interface Known {
  refused: number;
  loggedAtMs: number;
}

@Injectable()
export class CommitFailures {
  private readonly logger = new Logger('Inbox');
  private readonly known = new Map<string, Known>();
  /** Events refused since the last commit that succeeded; null while commits succeed. */
  private outage: { refused: number; sinceMs: number; logged: boolean } | null = null;

  constructor(
    private readonly clock: Clock,
    @InjectMetric(FAILURES) private readonly failures: Counter<'cause' | 'table' | 'constraint'>,
  ) {
    // Every series is there from the start, so that a rate over the first failure is not lost.
    for (const cause of DATABASE_FAILURE_CAUSES) this.failures.inc({ cause, table: '', constraint: '' }, 0);
  }

  /** `refused` events were answered 503 because of `error`. */
  failed(error: unknown, refused: number): void {
    if (refused === 0) return;
    const failure = describeDatabaseFailure(error);
    this.count(failure, refused);
    const now = this.clock.monotonicMs();
    this.outage ??= { refused: 0, sinceMs: now, logged: false };
    this.outage.refused += refused;
    const key = placeOf(failure);
    const known = this.known.get(key) ?? { refused: 0, loggedAtMs: -Infinity };
    if (this.known.size < MAX_PLACES) this.known.set(key, known);
    known.refused += refused;
    if (now - known.loggedAtMs < LOG_INTERVAL_MS) return;
    this.logger.error('Events cannot be committed; senders are asked to retry', {
      ...failure,
      refused: known.refused,
    });
    known.refused = 0;
    known.loggedAtMs = now;
    this.outage.logged = true;
  }

  /** Records a successful commit. */
  succeeded(): void {
    if (this.outage === null) return;
    const { refused, sinceMs, logged } = this.outage;
    this.outage = null;
    if (!logged) return;
    this.logger.log('Events are committed again', {
      refused,
      seconds: Math.round((this.clock.monotonicMs() - sinceMs) / 100) / 10,
    });
  }

  private count(failure: DatabaseFailure, refused: number): void {
    const known = this.known.has(placeOf(failure)) || this.known.size < MAX_PLACES;
    const table = known ? (failure.table ?? '') : '';
    const constraint = known ? (failure.constraint ?? '') : '';
    this.failures.inc({ cause: failure.cause, table, constraint }, refused);
  }
}

function placeOf({ cause, sqlState, table, constraint }: DatabaseFailure): string {
  return [cause, sqlState, table, constraint].join(' ');
}
