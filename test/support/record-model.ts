/** The records that stored events must end in: the same events applied at once by one process to a database of its own. */
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import type { IncomingEvent } from '../../src/onboarding/incoming-event';
import { OnboardingService } from '../../src/onboarding/onboarding.service';
import { startTestApp } from './test-app';

/** Everything that events leave behind, without ids and times that differ from run to run. */
export async function recordsIn(pool: Pool): Promise<Record<string, unknown[]>> {
  const { rows: responses } = await pool.query<object>(
    `SELECT form_id, token, event_id, response_type, effective_at, answers, identifiers, email_key, phone_key, search_text,
            client_id IS NULL AS alone
       FROM form_response ORDER BY form_id, token`,
  );
  const { rows: clients } = await pool.query<object>(
    `SELECT array_agg(form_id || '/' || token ORDER BY form_id, token) AS responses, client.email, client.phone,
            client.identifiers, client.conflict
       FROM client LEFT JOIN form_response ON client_id = client.id GROUP BY client.id ORDER BY responses`,
  );
  // Counted in the transaction of the events: an event applied twice shows here.
  const { rows: forms } = await pool.query<object>(
    'SELECT form_id, title, response_count, last_response_at FROM onboarding_form ORDER BY form_id',
  );
  return { responses, clients, forms };
}

/** The records of the events in an inbox, whatever happened to the processes that processed them. */
export async function modelOf(inbox: Pool): Promise<Record<string, unknown[]>> {
  const { rows } = await inbox.query<{
    event_id: string;
    event_type: string;
    form_id: string;
    received_at: Date;
    payload: Buffer;
  }>('SELECT event_id, event_type, form_id, received_at, payload FROM webhook_event ORDER BY received_at, event_id');
  const events = rows.map((row): IncomingEvent => {
    const { event_id: eventId, event_type: eventType, form_id: formId, received_at: receivedAt, payload } = row;
    return { eventId, eventType, formId, receivedAt, payload };
  });
  const model = await startTestApp({ WEBHOOK_PROCESSING_ENABLED: 'false' });
  try {
    const onboarding = model.app.get(OnboardingService, { strict: false });
    // One response's version after the other would be decided by their order; all at once are one decision.
    await model.app.get(DataSource).transaction((manager) =>
      onboarding.applyBatch(
        manager,
        events.map((event) => onboarding.read(event)),
      ),
    );
    return await recordsIn(model.database.pool);
  } finally {
    await model.stop();
  }
}
