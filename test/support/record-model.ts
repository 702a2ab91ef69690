/** The records that stored events must end in: the same events applied at once by one process to a database of its own. */
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import type { IncomingEvent } from '../../src/onboarding/incoming-event';
import { OnboardingService } from '../../src/onboarding/onboarding.service';
import { startTestApp, type TestApp } from './test-app';

/** Everything that the events of some forms leave behind, without ids and times that differ from run to run. */
export async function recordsIn(pool: Pool, forms: readonly string[]): Promise<Record<string, unknown[]>> {
  const { rows: responses } = await pool.query<object>(
    `SELECT form_id, token, event_id, response_type, effective_at, answers, identifiers, email_key, phone_key, search_text,
            client_id IS NULL AS alone
       FROM form_response WHERE form_id = ANY($1) ORDER BY form_id, token`,
    [forms],
  );
  // A client without any response would be one that was left behind.
  const { rows: clients } = await pool.query<object>(
    `SELECT array_agg(form_id || '/' || token ORDER BY form_id, token) AS responses, client.email, client.phone,
            client.identifiers, client.conflict
       FROM client LEFT JOIN form_response ON client_id = client.id
      WHERE form_id IS NULL OR form_id = ANY($1) GROUP BY client.id ORDER BY responses`,
    [forms],
  );
  // Counted in the transaction of the events: an event applied twice shows here.
  const { rows: counts } = await pool.query<object>(
    'SELECT form_id, title, response_count, last_response_at FROM onboarding_form WHERE form_id = ANY($1) ORDER BY form_id',
    [forms],
  );
  return { responses, clients, forms: counts };
}

/** A database in which nothing ever goes wrong. */
export class RecordModel {
  private constructor(private readonly model: TestApp) {}

  static async start(): Promise<RecordModel> {
    return new RecordModel(await startTestApp({ WEBHOOK_PROCESSING_ENABLED: 'false' }));
  }

  /** The records of the events of some forms in an inbox, whatever happened to the processes that processed them. Once a form. */
  async recordsOf(inbox: Pool, forms: readonly string[]): Promise<Record<string, unknown[]>> {
    const { rows } = await inbox.query<{
      event_id: string;
      event_type: string;
      form_id: string;
      received_at: Date;
      payload: Buffer;
    }>(
      `SELECT event_id, event_type, form_id, received_at, payload FROM webhook_event
        WHERE form_id = ANY($1) AND status <> 'quarantined' ORDER BY received_at, event_id`,
      [forms],
    );
    const events = rows.map((row): IncomingEvent => {
      const { event_id: eventId, event_type: eventType, form_id: formId, received_at: receivedAt, payload } = row;
      return { eventId, eventType, formId, receivedAt, payload };
    });
    const onboarding = this.model.app.get(OnboardingService, { strict: false });
    // One response's version after the other would be decided by their order; all at once are one decision.
    await this.model.app.get(DataSource).transaction((manager) =>
      onboarding.applyBatch(
        manager,
        events.map((event) => onboarding.read(event)),
      ),
    );
    return recordsIn(this.model.database.pool, forms);
  }

  stop(): Promise<void> {
    return this.model.stop();
  }
}
