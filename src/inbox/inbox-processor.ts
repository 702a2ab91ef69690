/** The worker: takes due events in batches, and finds out which event is to blame when a batch fails. */
import { setTimeout as delay } from 'node:timers/promises';
import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { FULL_PACE, mostEvents, nextPace, restMs } from '../core/processing-pace';
import { Clock } from '../database/clock';
import { NudgeableSleep } from '../database/nudgeable-sleep';
import { ClientsHeldError } from '../onboarding/who-is-it/clients-held.error';
import { BatchRunner, type ClaimResult, type FailedBatch } from './batch-runner';
import { FailedAttempts } from './failed-attempts';
import { InboxSignal } from './inbox-signal';
import { InboxWriter } from './inbox-writer';
import type { ClaimedEvent, Wanted } from './inbox-work.repository';
import { judgeFailure } from './processing-error';
import { ProcessorStops } from './processor-stops';
import { Suspects } from './suspects';

const MAX_BATCH_EVENTS = 256;
/** So many suspects are enough to look into; until they are fewer, nothing new is claimed. */
const MAX_SUSPECTS = 1_024;
const POLL_INTERVAL_MS = 1_000;

/** Whether there is more to do now. `stopped`: nothing can be done at the moment. */
type RoundResult = 'more' | 'all' | 'stopped';

@Injectable()
export class InboxProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Processing');
  private running: Promise<void> | null = null;
  private stopping = false;
  /** Nudged whenever something becomes due. */
  private readonly rest = new NudgeableSleep();
  private readonly suspects = new Suspects();
  /** The next batch of new events, claimed while those before it are applied. */
  private ahead: Promise<ClaimResult> | null = null;
  /** The batch before it, as long as nobody waits for its end. Null without a next batch. */
  private applying: { eventIds: string[]; result: Promise<RoundResult> } | null = null;
  /** Events of the next batch: fewer after one that took too long, more again with each that succeeds. */
  private batchSize = MAX_BATCH_EVENTS;
  private pace = FULL_PACE;
  /** When to look for events to be tried again, on the monotonic clock. */
  private retriesDueMs = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly batches: BatchRunner,
    private readonly failures: FailedAttempts,
    private readonly stops: ProcessorStops,
    private readonly signal: InboxSignal,
    private readonly writer: InboxWriter,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.workerMode === 'intake') return;
    if (!this.config.processing.enabled) {
      this.logger.warn(
        'WEBHOOK_PROCESSING_ENABLED=false: events are taken in and kept, and processed once it is true again',
      );
      return;
    }
    this.signal.listen(() => this.rest.nudge());
    this.running = this.run();
  }

  /** Ends after the batch that is under way. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.rest.nudge();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.rest.forgetNudges();
      const startedMs = this.clock.monotonicMs();
      const more = (await this.round()) || this.ahead !== null;
      await this.restAfterBatch(this.clock.monotonicMs() - startedMs, more);
      if (!more && !this.stopping) await this.rest.sleep(POLL_INTERVAL_MS);
    }
    await this.applying?.result;
    const left = await this.ahead;
    this.applying = this.ahead = null;
    if (left?.outcome === 'claimed') await this.batches.giveBack(left);
  }

  /** Rests as far as the senders of webhooks need it, and lets events gather. */
  private async restAfterBatch(workedMs: number, more: boolean): Promise<void> {
    this.pace = nextPace(this.pace, this.writer.takeAcknowledged());
    const ms = restMs(this.pace, workedMs, more);
    if (ms >= 1 && !this.stopping) await delay(ms);
  }

  /**
   * New events first, then those to be tried again, then one group of suspects: what fails again and again holds up nobody, because
   * it is never in a batch with new events. False when there is nothing more to do now, or nothing can be done.
   */
  private async round(): Promise<boolean> {
    // A claim ahead must not be kept waiting; its events are others.
    if (!this.ahead && !(await this.failures.record())) return false;
    let more = false;
    if (this.ahead || this.leftAlone.length < MAX_SUSPECTS) {
      const fresh = await this.takeNew();
      if (fresh === 'stopped') return false;
      more = fresh === 'more';
      // Never with a batch claimed ahead: an erasure that waits for it would keep this one from being claimed.
      if (this.retriesDue && !this.ahead && !this.stopping) {
        const again = await this.take({ status: 'retrying', limit: this.limit, except: this.leftAlone });
        if (again === 'stopped') return false;
        if (again !== 'more') this.retriesDueMs = this.clock.monotonicMs() + POLL_INTERVAL_MS;
        more ||= again === 'more';
      }
    }
    const group = this.stopping || this.ahead ? undefined : this.suspects.next();
    if (group && (await this.take(group)) === 'stopped') return false;
    return more || !this.suspects.none;
  }

  /** Events that no claim of others may take: they are tried by themselves, or were, which is not recorded yet. */
  private get leftAlone(): string[] {
    return [...this.suspects.eventIds, ...this.failures.eventIds];
  }

  private get limit(): number {
    return Math.min(this.batchSize, mostEvents(this.pace));
  }

  private get retriesDue(): boolean {
    return this.clock.monotonicMs() >= this.retriesDueMs;
  }

  /**
   * One batch of new events. While there are more, its end is waited for only in the next round: so two batches are applied at the same
   * time, and a third is claimed and read. Nothing is under way any more when something else comes next.
   */
  private async takeNew(): Promise<RoundResult> {
    const wanted = { status: 'pending', limit: this.limit, except: this.leftAlone } as const;
    const claimed = await (this.ahead ?? this.batches.claim(wanted));
    const before = this.applying;
    this.ahead = this.applying = null;
    const result = this.carryOut(claimed, wanted);
    const next = claimed.outcome === 'claimed' && claimed.more && this.pace.share === 1 && !this.stopping;
    if (!next || !this.suspects.none || this.retriesDue) return ofBoth(await before?.result, await result);
    const eventIds = claimed.events.map(({ eventId }) => eventId);
    this.applying = { eventIds, result };
    this.ahead = this.batches.claim({
      ...wanted,
      except: [...wanted.except, ...(before?.eventIds ?? []), ...eventIds],
    });
    return ofBoth(await before?.result, 'more');
  }

  private async take(wanted: Wanted): Promise<RoundResult> {
    return this.carryOut(await this.batches.claim(wanted), wanted);
  }

  private async carryOut(claimed: ClaimResult, wanted: Wanted): Promise<RoundResult> {
    const result =
      claimed.outcome === 'claimed'
        ? await this.batches.apply(claimed, !('eventIds' in wanted) || wanted.wait)
        : claimed;
    if (result.outcome === 'failed') return (await this.blame(result, wanted)) ? 'more' : 'stopped';
    if (result.outcome === 'stopped') {
      this.stops.stopped(result.step, result.error);
      // An outage, mostly; or an event that takes the server down each time.
      if (result.step === 'apply') await this.blame(result, wanted);
      else if ('eventIds' in wanted) this.suspects.addNext(wanted);
      return 'stopped';
    }
    if (result.handled > 0) {
      this.stops.ended();
      if (!('eventIds' in wanted)) this.batchSize = Math.min(MAX_BATCH_EVENTS, this.batchSize * 2);
    }
    return claimed.outcome === 'claimed' && claimed.more ? 'more' : 'all';
  }

  /** Finds the event to blame, by and by. False when the database takes nothing at the moment. */
  private async blame({ events, error }: FailedBatch, wanted: Wanted): Promise<boolean> {
    const eventIds = events.map(({ eventId }) => eventId);
    const suspected = 'eventIds' in wanted;
    const again = suspected && wanted.again;
    if (error instanceof ClientsHeldError && error.eventIds.length > 0) return this.setAside(events, error, again);
    const { groups, mayPass, tooMuch, waited } = judgeFailure(error);
    if (waited && (!suspected || wanted.wait)) {
      this.suspects.addNext({ ...(suspected ? wanted : {}), eventIds, wait: false, again });
      return true;
    }
    if (tooMuch && !suspected) this.batchSize = Math.max(1, Math.ceil(this.batchSize / groups));
    const [event] = events;
    if (!event || events.length > 1) {
      this.suspects.divide(eventIds, groups);
      return true;
    }
    // One that waited was tried alone twice to get here.
    if (mayPass && !waited && !(suspected && wanted.failedAlone)) {
      this.suspects.addLast({ eventIds, wait: true, again, failedAlone: true });
      return true;
    }
    this.failures.add(event, error);
    return this.failures.record();
  }

  /**
   * Events of a batch wait for clients that somebody else holds. The others go on at once; these wait once more, for it may have been
   * another processor that was just passing by.
   */
  private async setAside(events: readonly ClaimedEvent[], error: ClientsHeldError, again: boolean): Promise<boolean> {
    const ids = new Set(error.eventIds);
    const held = events.filter(({ eventId }) => ids.has(eventId));
    const free = events.filter(({ eventId }) => !ids.has(eventId));
    this.suspects.addNext({ eventIds: free.map(({ eventId }) => eventId), wait: false, again: false });
    if (!again) this.suspects.addLast({ eventIds: held.map(({ eventId }) => eventId), wait: true, again: true });
    else for (const event of held) this.failures.add(event, error);
    return this.failures.record();
  }
}

/** The result of two batches: that of the later one, unless the earlier one has stopped the processing. */
function ofBoth(before: RoundResult | undefined, result: RoundResult): RoundResult {
  return before === 'stopped' ? before : result;
}
