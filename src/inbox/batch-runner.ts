/** A batch of events: claimed, applied and marked in one transaction. */
import { Injectable } from '@nestjs/common';
import { shareUntilCommit } from '../database/advisory-lock';
import { Clock } from '../database/clock';
import { isConnectionLost } from '../database/database-errors';
import { inSlices } from '../database/in-slices';
import { Changes } from '../live/changes';
import { OnboardingService, type ReadEvent } from '../onboarding/onboarding.service';
import { ClaimStart } from './claim-start';
import { InboxMetrics } from './inbox-metrics';
import { inProcessingSpan } from './inbox-spans';
import { type Claim, claimDue, type ClaimedEvent, limitTime, markDone, type Wanted } from './inbox-work.repository';
import type { PipelinedTransaction } from './pipelined-transaction';
import { ProcessorConnections } from './processor-connections';

/**
 * How long a batch may wait for a lock, and how long a statement of it may take. Short, because others wait behind it: an event that
 * needs longer is set aside. A statement gets twice as long with each further attempt, so that it succeeds on a slow database as well.
 */
const LOCK_TIMEOUT_MS = 1_000;
const STATEMENT_TIMEOUT_MS = 2_000;
const MAX_DOUBLINGS = 3;

/** One of the events may be to blame. All of them are due as before. */
export interface FailedBatch {
  events: readonly ClaimedEvent[];
  error: unknown;
}

/** What became of a batch. */
export type BatchResult =
  | { outcome: 'done'; handled: number }
  | ({ outcome: 'failed' } & FailedBatch)
  /** Nothing could be claimed. */
  | { outcome: 'stopped'; step: 'claim'; error: unknown }
  /** The database went away. One of the events may be what took it down. */
  | ({ outcome: 'stopped'; step: 'apply' } & FailedBatch);

/** Events locked in an open transaction, and read. {@link BatchRunner.apply} or {@link BatchRunner.giveBack} ends it. */
export interface ClaimedBatch extends Claim {
  transaction: PipelinedTransaction;
  /** When it was claimed, on the monotonic clock. */
  claimedMs: number;
  /** What claiming and reading took; it may wait for its turn afterwards. */
  prepareMs: number;
  /** Null when one of them could not be read, because of `error`. */
  read: ReadEvent[] | null;
  error?: unknown;
}

/** A batch, or why there is none. */
export type ClaimResult = ({ outcome: 'claimed' } & ClaimedBatch) | Extract<BatchResult, { step: 'claim' }>;

@Injectable()
export class BatchRunner {
  private readonly claimStarts: Record<'pending' | 'retrying', ClaimStart>;

  constructor(
    private readonly connections: ProcessorConnections,
    private readonly clock: Clock,
    private readonly onboarding: OnboardingService,
    private readonly metrics: InboxMetrics,
    private readonly changes: Changes,
  ) {
    this.claimStarts = { pending: new ClaimStart(clock), retrying: new ClaimStart(clock) };
  }

  /** Claims what is wanted and reads it, while another batch may be applied. Never throws. */
  async claim(wanted: Wanted): Promise<ClaimResult> {
    const startedMs = this.clock.monotonicMs();
    let transaction: PipelinedTransaction | undefined;
    try {
      transaction = await this.connections.begin();
      // No erasure may run meanwhile: the bodies held in memory here would bring back what it removes. Waited for before the claim begins,
      // whose duration says how soon the next one may start from the beginning.
      await shareUntilCommit(transaction, 'processing');
      const claim = await this.claimIn(transaction, wanted);
      const claimedMs = this.clock.monotonicMs();
      const read = await this.readAll(claim.events);
      const prepareMs = this.clock.monotonicMs() - startedMs;
      return { outcome: 'claimed', ...claim, ...read, transaction, claimedMs, prepareMs };
    } catch (error) {
      await transaction?.rollback();
      return { outcome: 'stopped', step: 'claim', error };
    }
  }

  private claimIn(transaction: PipelinedTransaction, wanted: Wanted): Promise<Claim> {
    if ('eventIds' in wanted) return claimDue(transaction, wanted);
    return this.claimStarts[wanted.status].claim((from) => claimDue(transaction, wanted, from));
  }

  /** Applies a claimed batch and marks its events. Without `wait` it does not wait for clients that somebody else holds. Never throws. */
  async apply(batch: ClaimedBatch, wait: boolean): Promise<BatchResult> {
    const { transaction, events, read, error } = batch;
    const startedMs = this.clock.monotonicMs();
    try {
      if (read === null) throw error;
      if (read.length > 0) await this.process(transaction, events, read, wait);
      else await transaction.commit();
    } catch (failure) {
      await transaction.rollback();
      if (isConnectionLost(failure) && !(await this.databaseAnswers()))
        return { outcome: 'stopped', step: 'apply', events, error: failure };
      return { outcome: 'failed', events, error: failure };
    }
    this.measure(batch, startedMs);
    if (read.length > 0) this.tell(read);
    return { outcome: 'done', handled: events.length };
  }

  private tell(read: readonly ReadEvent[]): void {
    this.changes.happened(
      'deliveries',
      read.map(({ eventId }) => eventId),
    );
    const responses = read.flatMap(({ submission }) =>
      submission ? [`${submission.formId}/${submission.token}`] : [],
    );
    if (responses.length === 0) return;
    this.changes.happened('responses', responses);
    this.changes.happened('clients');
  }

  /** Leaves the events of a batch to whoever claims them next. */
  giveBack({ transaction }: ClaimedBatch): Promise<void> {
    return transaction.rollback();
  }

  private async readAll(events: readonly ClaimedEvent[]): Promise<Pick<ClaimedBatch, 'read' | 'error'>> {
    try {
      return { read: await inSlices(this.clock, events, (event) => this.onboarding.read(event)) };
    } catch (error) {
      return { read: null, error };
    }
  }

  private async process(
    transaction: PipelinedTransaction,
    events: readonly ClaimedEvent[],
    read: readonly ReadEvent[],
    wait: boolean,
  ): Promise<void> {
    const patience = 2 ** Math.min(MAX_DOUBLINGS, Math.max(...events.map(({ attempts }) => attempts)));
    const eventIds = events.map(({ eventId }) => eventId);
    await inProcessingSpan(eventIds, async () => {
      await limitTime(transaction, LOCK_TIMEOUT_MS, STATEMENT_TIMEOUT_MS * patience);
      await markDone(transaction, await this.onboarding.applyBatch(transaction, read, { wait }));
      await transaction.commit();
    });
  }

  /** Tells a server that is away from one that ended only the connection of this batch. */
  private async databaseAnswers(): Promise<boolean> {
    let transaction: PipelinedTransaction | undefined;
    try {
      transaction = await this.connections.begin();
      await transaction.commit();
      return true;
    } catch {
      await transaction?.rollback();
      return false;
    }
  }

  private measure({ events, claimedMs, prepareMs }: ClaimedBatch, startedMs: number): void {
    const doneMs = this.clock.monotonicMs();
    const secondsEach = (prepareMs + doneMs - startedMs) / 1000 / events.length;
    for (const { ageMs } of events) this.metrics.processed(secondsEach, (ageMs + doneMs - claimedMs) / 1000);
  }
}
