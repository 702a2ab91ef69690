import { Inject, Injectable } from '@nestjs/common';
import { ThrottlerStorage } from '@nestjs/throttler';
import { AppConfig } from '../config/app-config';
import { largeCache } from '../core/large-cache';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { WEBHOOK_THROTTLER } from '../rest/throttling.module';
import { ALWAYS_ROOM_BYTES } from './body-budget';

const MAX_FLOODING = 10_000;
/** A mixed address may send this many times the limit in wrong signatures: somebody else must not easily use up Typeform's share. */
const MIXED_SHARE = 5;
/** Of an address beyond that, so many a second are read all the same: one valid signature shows that Typeform is behind it. */
const TRIALS_PER_SECOND = 10;

/** Wrong signatures of an address, beyond its limit. Times are of the monotonic clock. */
interface Guessing {
  untilMs: number;
  hits: number;
  /** The second of its trials, and how many it has had in it. */
  trialsFromMs: number;
  trials: number;
}

/** What is known of the signatures that came from an address: none was valid, most were lately, or most were not. */
export type Standing = 'stranger' | 'known' | 'mixed';

/**
 * Limits the webhook routes per client address, before the body of a request is read. No signature and a wrong
 * one have counts of their own, so that they use up nobody's limit: whoever shares Typeform's address keeps none of its deliveries out.
 */
@Injectable()
export class WebhookThrottler {
  private readonly limit: number;
  private readonly ttlMs: number;
  /** Address -> time of the monotonic clock until which it has sent too much without a signature. */
  private readonly floodedUntilMs = largeCache<number>(MAX_FLOODING);
  private readonly guessing = largeCache<Guessing>(MAX_FLOODING);

  constructor(
    config: AppConfig,
    @Inject(ThrottlerStorage) private readonly storage: ThrottlerStorage,
    private readonly clock: Clock,
  ) {
    this.limit = config.intake.throttleLimit;
    this.ttlMs = config.intake.throttleTtlSeconds * 1000;
  }

  /**
   * Why a request with a well-formed signature and a body of this size is not read; null: it may go on. Those of an address that is not
   * `known` are not counted here, or its valid ones would pay for the others: call {@link countValid} for those.
   */
  async refusal(address: string, standing: Standing, bytes: number): Promise<DomainError | null> {
    if (standing === 'known') return this.countValid(address);
    const guessing = this.guessing.get(address);
    const now = this.clock.monotonicMs();
    const allowed = standing === 'mixed' ? MIXED_SHARE * this.limit : this.limit;
    if (!guessing || guessing.untilMs <= now || guessing.hits <= allowed) return null;
    if (bytes > ALWAYS_ROOM_BYTES) return tooMany(Math.ceil((guessing.untilMs - now) / 1_000));
    // A valid webhook that found no trial left has the same chance as any other in the next second.
    return isTrial(guessing, now) ? null : tooMany(1);
  }

  /** One counter per address for all webhook routes, so that changing the path gains nothing. Not null: there are too many. */
  async countValid(address: string): Promise<DomainError | null> {
    const hits = await this.count(`webhook:${address}`);
    return hits.isBlocked ? tooMany(hits.timeToBlockExpire) : null;
  }

  /** Counts a request without a well-formed signature. Not null: too many came from its address. */
  async countUnsigned(address: string): Promise<DomainError | null> {
    const leftMs = (this.floodedUntilMs.get(address) ?? -Infinity) - this.clock.monotonicMs();
    if (leftMs > 0) return tooMany(Math.ceil(leftMs / 1_000));
    const hits = await this.count(`stranger:${address}`);
    if (!hits.isBlocked) return null;
    this.floodedUntilMs.set(address, this.clock.monotonicMs() + hits.timeToBlockExpire * 1_000);
    return tooMany(hits.timeToBlockExpire);
  }

  /** Counts a signature that was read and is wrong: {@link refusal} bounds how many are read. */
  async countWrong(address: string): Promise<void> {
    const { totalHits: hits, isBlocked, timeToBlockExpire } = await this.count(`wrong:${address}`);
    if (!isBlocked) return;
    const { trialsFromMs, trials } = this.guessing.get(address) ?? { trialsFromMs: -Infinity, trials: 0 };
    const untilMs = this.clock.monotonicMs() + timeToBlockExpire * 1_000;
    this.guessing.set(address, { untilMs, hits, trialsFromMs, trials });
  }

  private count(key: string): ReturnType<ThrottlerStorage['increment']> {
    const { limit, ttlMs } = this;
    return this.storage.increment(key, ttlMs, limit, ttlMs, WEBHOOK_THROTTLER);
  }
}

/** Takes one of the trials of this second; false: there is none left. */
function isTrial(guessing: Guessing, now: number): boolean {
  if (now - guessing.trialsFromMs >= 1_000) Object.assign(guessing, { trialsFromMs: now, trials: 0 });
  guessing.trials += 1;
  return guessing.trials <= TRIALS_PER_SECOND;
}

function tooMany(seconds: number): DomainError {
  return new DomainError('rate_limited', 'too many requests from this address', {
    retryAfterSeconds: Math.max(1, seconds),
  });
}
