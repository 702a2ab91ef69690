import type { Submission } from '../model';
import type { EventType } from './payload';
import type { Outcome } from './retry-schedule';

/** `cancelled`: its webhook was disabled or deleted; nothing is replayed afterwards. */
export type DeliveryState = 'pending' | 'delivered' | 'failed' | 'cancelled';

export interface Attempt {
  /** Simulated time. */
  atMs: number;
  /** Real time. */
  latencyMs: number;
  eventId: string;
  outcome: Outcome;
  /** An extra copy that a `duplicate` fault sent: it counts neither for the retries nor for the disabling rules. */
  copy?: true;
}

/** One submission on its way to one webhook. */
export interface Delivery {
  id: number;
  formId: string;
  tag: string;
  url: string;
  eventType: EventType;
  submission: Submission;
  state: DeliveryState;
  attempts: Attempt[];
  nextAttemptAtMs?: number;
}

/** Finished deliveries beyond this many are forgotten, oldest first, so that load tests do not fill the memory. */
const KEPT = 20_000;

/** Every delivery, in the order in which they were started. */
export class DeliveryLog {
  private deliveries: Delivery[] = [];
  private lastId = 0;

  start(details: Pick<Delivery, 'formId' | 'tag' | 'url' | 'eventType' | 'submission'>, firstAtMs: number): Delivery {
    this.lastId += 1;
    const delivery: Delivery = {
      id: this.lastId,
      ...details,
      state: 'pending',
      attempts: [],
      nextAttemptAtMs: firstAtMs,
    };
    this.deliveries.push(delivery);
    if (this.deliveries.length > 2 * KEPT) this.forgetOldest();
    return delivery;
  }

  all(): readonly Delivery[] {
    return this.deliveries;
  }

  pendingOf(formId: string, tag: string): Delivery[] {
    return this.deliveries.filter((each) => each.state === 'pending' && each.formId === formId && each.tag === tag);
  }

  clear(): void {
    for (const delivery of this.deliveries) if (delivery.state === 'pending') delivery.state = 'cancelled';
    this.deliveries = [];
  }

  private forgetOldest(): void {
    const excess = this.deliveries.length - KEPT;
    this.deliveries = this.deliveries.filter((delivery, index) => index >= excess || delivery.state === 'pending');
  }
}
