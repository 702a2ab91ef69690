/** A typical hand-written receiver: Express, the signature, JSON.parse, one INSERT through a pool of ten. */
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Pool } from 'pg';
import { verifySignature } from '../../src/core/signature';
import { SIGNING_SECRET, WEBHOOK_PATH } from '../load/requests';
import { serve } from './serve';

/** A separate table with only the primary key, and text instead of jsonb: the cheapest possible. */
const CREATE_TABLE = `
  CREATE TABLE express_event (
    event_id text PRIMARY KEY,
    form_id text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    payload text NOT NULL
  )`;

interface Event {
  event_id: string;
  form_response: { form_id: string };
}

serve(async (databaseUrl) => {
  const pool = new Pool({ connectionString: databaseUrl, max: 10 });
  await pool.query(CREATE_TABLE);
  const app = express();
  app.post(WEBHOOK_PATH, express.raw({ type: 'application/json' }), async (request, response) => {
    const body = request.body as Buffer;
    if (!verifySignature(request.headers['typeform-signature'], body, [SIGNING_SECRET]).ok) {
      response.sendStatus(401);
      return;
    }
    const text = body.toString('utf8');
    const event = JSON.parse(text) as Event;
    const { rowCount } = await pool.query(
      'INSERT INTO express_event (event_id, form_id, payload) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [event.event_id, event.form_response.form_id, text],
    );
    response.json({ status: rowCount === 1 ? 'accepted' : 'duplicate', eventId: event.event_id });
  });
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
});
