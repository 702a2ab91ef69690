import { Child } from '../child';
import type { LoadOrder } from './generator';
import type { LoadResult } from './load-result';

/** The benchmark's side of the load generator. It numbers the events, so that no two loads send the same one. */
export class LoadGenerator {
  private readonly child = Child.start('load/generator');
  private nextEvent = 0;

  run(order: Omit<LoadOrder, 'firstEvent'>): Promise<LoadResult> {
    const firstEvent = this.nextEvent;
    this.nextEvent += order.events;
    return this.child.ask<LoadResult>({ ...order, firstEvent } satisfies LoadOrder);
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}
