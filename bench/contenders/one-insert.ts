/** Our service without its group commit: every request makes its own INSERT through the pool of ten connections. */
import 'reflect-metadata';
import { DataSource } from 'typeorm';
import type { NewEvent } from '../../src/inbox/inbox-append.repository';
import type { AppendOutcome } from '../../src/inbox/inbox-queue';
import { InboxWriter } from '../../src/inbox/inbox-writer';
import { InboxSignal } from '../../src/inbox/inbox-signal';
import { serve } from './serve';
import { startService } from './start-service';

const INSERT = `
  INSERT INTO webhook_event (event_id, event_type, form_id, token, source, webhook_id, status, reason, submitted_at,
                             received_at, next_attempt_at, payload_bytes, payload)
  VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, $9, $9, $10, $11)
  ON CONFLICT (event_id) DO NOTHING
  RETURNING event_id`;

serve(async (databaseUrl, workerMode) => {
  const { app, url } = await startService(databaseUrl, workerMode);
  const dataSource = app.get(DataSource);
  const signal = app.get(InboxSignal, { strict: false });
  app.get(InboxWriter, { strict: false }).append = async (event: NewEvent): Promise<AppendOutcome> => {
    const rows = await dataSource.query<{ event_id: string }[]>(INSERT, [
      event.eventId,
      event.eventType,
      event.formId,
      event.token,
      event.source,
      event.webhookId,
      event.quarantinedFor,
      event.submittedAt,
      event.receivedAt,
      event.payload.length,
      event.payload,
    ]);
    if (rows.length === 0) return 'duplicate';
    signal.appended();
    return 'accepted';
  };
  return Number(new URL(url).port);
});
