/** Stores events while no batch of the processor begins. */
import type { newEvent } from './events';
import type { TestApp } from './test-app';

/** Does something meanwhile. What it stores is all there when the next batch begins. */
export async function whileNoBatchBegins<T>(app: TestApp, work: () => Promise<T>): Promise<T> {
  const holder = await app.database.pool.connect();
  try {
    await holder.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('typeform-onboarding:processing', 0))`);
    const result = await work();
    await holder.query('COMMIT');
    return result;
  } finally {
    holder.release();
  }
}

/** One batch gets them all. */
export async function deliverTogether(app: TestApp, events: readonly ReturnType<typeof newEvent>[]): Promise<void> {
  await whileNoBatchBegins(app, () => Promise.all(events.map((event) => app.deliver(event).expect(200))));
}
