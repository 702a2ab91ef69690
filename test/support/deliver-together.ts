import type { newEvent } from './events';
import type { TestApp } from './test-app';

/** Stores events without the processor seeing any before all are there: one batch gets them all. */
export async function deliverTogether(app: TestApp, events: readonly ReturnType<typeof newEvent>[]): Promise<void> {
  const gate = await app.database.pool.connect();
  try {
    await gate.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('typeform-onboarding:processing', 0))`);
    await Promise.all(events.map((event) => app.deliver(event).expect(200)));
    await gate.query('COMMIT');
  } finally {
    gate.release();
  }
}
