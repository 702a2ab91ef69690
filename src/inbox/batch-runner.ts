/** A batch of events: claimed, applied and marked in one transaction. */
import { Injectable } from '@nestjs/common';
import { DataSource, EntityManager } from 'typeorm';
import { shareUntilCommit } from '../database/advisory-lock';
import { Clock } from '../database/clock';
import { isConnectionLost } from '../database/database-errors';
import { OnboardingService } from '../onboarding/onboarding.service';
import { ClaimStart } from './claim-start';
import { InboxMetrics } from './inbox-metrics';
import { inProcessingSpan } from './inbox-spans';
import {
  type Claim,
  claimDue,
  type ClaimedEvent,
  limitTime,
  markDone,
  ping,
  type Wanted,
} from './inbox-work.repository';

/**
 * How long a batch may wait for a lock, and how long a statement of it may take. Short, because others wait behind it: an event that
 * needs longer is set aside. A statement gets twice as long with each further attempt, so that it succeeds on a slow database as well.
 */
const LOCK_TIMEOUT_MS = 1_000;
const STATEMENT_TIMEOUT_MS = 2_000;
const MAX_DOUBLINGS = 3;

/** One of the events is to blame. All of them are due as before. */
export interface FailedBatch {
  events: readonly ClaimedEvent[];
  error: unknown;
}

/** What became of a batch. */
export type BatchResult =
  | { outcome: 'done'; handled: number; more: boolean }
  | ({ outcome: 'failed' } & FailedBatch)
  /** No event is to blame: nothing could be claimed, or the database went away. */
  | { outcome: 'stopped'; step: 'claim' | 'apply'; error: unknown };

@Injectable()
export class BatchRunner {
  private readonly claimStarts: Record<'pending' | 'retrying', ClaimStart>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly onboarding: OnboardingService,
    private readonly metrics: InboxMetrics,
  ) {
    this.claimStarts = { pending: new ClaimStart(clock), retrying: new ClaimStart(clock) };
  }

  /** Claims what is wanted, applies and marks it. Never throws. */
  async run(wanted: Wanted): Promise<BatchResult> {
    const startedMs = this.clock.monotonicMs();
    let claim: Claim | undefined;
    try {
      await this.dataSource.transaction(async (manager) => {
        // No erasure may run meanwhile: the bodies held in memory here would bring back what it removes.
        await shareUntilCommit(manager, 'processing');
        claim =
          'eventIds' in wanted
            ? await claimDue(manager, wanted)
            : await this.claimStarts[wanted.status].claim((from) => claimDue(manager, wanted, from));
        if (claim.events.length > 0) await this.apply(manager, claim.events, !('eventIds' in wanted) || wanted.wait);
      });
    } catch (error) {
      const events = claim?.events ?? [];
      if (events.length === 0) return { outcome: 'stopped', step: 'claim', error };
      if (isConnectionLost(error) && !(await this.databaseAnswers()))
        return { outcome: 'stopped', step: 'apply', error };
      return { outcome: 'failed', events, error };
    }
    const { events = [], more = false } = claim ?? {};
    this.measure(events, startedMs);
    return { outcome: 'done', handled: events.length, more };
  }

  private async apply(manager: EntityManager, events: readonly ClaimedEvent[], wait: boolean): Promise<void> {
    const patience = 2 ** Math.min(MAX_DOUBLINGS, Math.max(...events.map(({ attempts }) => attempts)));
    await limitTime(manager, LOCK_TIMEOUT_MS, STATEMENT_TIMEOUT_MS * patience);
    const eventIds = events.map(({ eventId }) => eventId);
    await inProcessingSpan(eventIds, async () =>
      markDone(manager, await this.onboarding.applyBatch(manager, events, { wait })),
    );
  }

  /** Tells a server that is away from one that ended only the connection of this batch. */
  private async databaseAnswers(): Promise<boolean> {
    return ping(this.dataSource.manager).then(
      () => true,
      () => false,
    );
  }

  private measure(events: readonly ClaimedEvent[], startedMs: number): void {
    const secondsEach = (this.clock.monotonicMs() - startedMs) / 1000 / events.length;
    const doneAt = this.clock.now().getTime();
    for (const { receivedAt } of events) {
      this.metrics.processed(secondsEach, Math.max(0, doneAt - receivedAt.getTime()) / 1000);
    }
  }
}
