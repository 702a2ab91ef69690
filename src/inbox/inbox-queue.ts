/** The queue in front of the intake's connection: bounded, in order of arrival, with a deadline for every entry. */
import type { SpanContext } from '@opentelemetry/api';
import type { DomainError } from '../core/problem';
import type { NewEvent } from './inbox-append.repository';

export type AppendOutcome = 'accepted' | 'duplicate' | 'quarantined';

/** A sender that waits for its answer. */
export interface Waiting {
  event: NewEvent;
  /** Milliseconds of the monotonic clock after which the answer would come too late; the same span after each arrival. */
  deadline: number;
  /** The span of the request; set when tracing is on. */
  span: SpanContext | undefined;
  resolve: (outcome: AppendOutcome) => void;
  reject: (error: DomainError) => void;
}

/** Senders of this same event. */
export type Place = [Waiting, ...Waiting[]];

const MAX_BATCH_EVENTS = 200;
/** Batches this small are not split; a commit costs as much for one event as for dozens. */
const UNDIVIDED_EVENTS = 32;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
const MAX_WAITING_EVENTS = 5_000;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

export class InboxQueue {
  private readonly waiting: Waiting[] = [];
  private bytes = 0;

  get length(): number {
    return this.waiting.length;
  }

  get oldest(): Waiting | undefined {
    return this.waiting[0];
  }

  /** False when there is no room for a payload of `bytes`; an empty queue has room for any. */
  hasRoomFor(bytes: number): boolean {
    if (this.waiting.length === 0) return true;
    return this.waiting.length < MAX_WAITING_EVENTS && this.bytes + bytes <= MAX_WAITING_BYTES;
  }

  push(entry: Waiting): void {
    this.waiting.push(entry);
    this.bytes += entry.event.payload.length;
  }

  /** Removes and returns those whose deadline has passed. */
  takeLate(now: number): Waiting[] {
    const inTime = this.waiting.findIndex(({ deadline }) => deadline > now);
    return this.take(inTime === -1 ? this.waiting.length : inTime);
  }

  /**
   * Removes and returns the longest prefix within the limits, by event id: senders of the same event share one place. The same id with
   * another body ends the batch, since one statement cannot judge both. `entries` are in the order of arrival.
   */
  takeBatch(): { entries: Waiting[]; places: Place[] } {
    const places = new Map<string, Place>();
    const share = Math.max(UNDIVIDED_EVENTS, Math.ceil(this.waiting.length / 2));
    const maxEvents = Math.min(MAX_BATCH_EVENTS, share);
    let bytes = 0;
    let taken = 0;
    for (const entry of this.waiting) {
      const place = places.get(entry.event.eventId);
      if (place && !place[0].event.payload.equals(entry.event.payload)) break;
      const full = places.size >= maxEvents || bytes + entry.event.payload.length > MAX_BATCH_BYTES;
      if (full && taken > 0) break;
      if (place) place.push(entry);
      else places.set(entry.event.eventId, [entry]);
      bytes += entry.event.payload.length;
      taken += 1;
    }
    return { entries: this.take(taken), places: [...places.values()] };
  }

  private take(count: number): Waiting[] {
    const taken = this.waiting.splice(0, count);
    for (const { event } of taken) this.bytes -= event.payload.length;
    return taken;
  }
}
