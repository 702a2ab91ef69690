/** A database with a history: events, responses and clients as the service leaves them behind. */
import type { Pool } from 'pg';

/** What is stored, for queries that find something. */
export interface Filled {
  /** ISO 8601. */
  oldest: string;
  middle: string;
  event: { eventId: string; formId: string; token: string };
  clientId: string;
}

const FORMS = 20;
/** A UUID (version 4) for a number. */
const clientIdOf = (n: string): string =>
  `overlay(overlay(md5('client' || ${n}) PLACING '4' FROM 13) PLACING '8' FROM 17)::uuid`;

/** An event every 30 seconds, event 1 just now and the others before it: one of 100 ignored, of 200 quarantined, of 500 dead or back-filled. */
const EVENTS = `
  INSERT INTO webhook_event (event_id, event_type, form_id, token, source, status, reason, submitted_at, received_at, attempts,
                             first_attempt_at, next_attempt_at, processed_at, payload_bytes, payload)
  SELECT CASE WHEN n % 500 = 1 THEN 'backfill:' ELSE 'event' END || n, 'form_response', 'form' || n % ${FORMS}, md5('token' || n),
         CASE WHEN n % 500 = 1 THEN 'backfill' ELSE 'webhook' END,
         CASE WHEN n % 500 = 2 THEN 'dead' WHEN n % 200 = 4 THEN 'quarantined' WHEN n % 100 = 6 THEN 'ignored'
              WHEN n IN (8, 18, 28) THEN 'retrying' ELSE 'processed' END,
         CASE WHEN n % 100 = 6 THEN 'form_paused' END, at, at, 1, at, CASE WHEN n IN (8, 18, 28) THEN now() + interval '1 day' END, at, 300,
         convert_to(repeat('x', 300), 'utf8')
    FROM generate_series($1::integer, $2::integer) AS n, LATERAL (SELECT now() - interval '30 seconds' * n AS at) AS time`;

/** Somebody new with every fourth event; one of 50 has a phone that somebody else has, too. */
const CLIENTS = `
  INSERT INTO client (id, email, phone, identifiers, conflict, search_text, created_at, updated_at)
  SELECT ${clientIdOf('n')}, 'person' || n || '@example.com', '+1555' || lpad(n::text, 7, '0'), '{}', n % 200 = 0,
         concat_ws(E'\\n', 'person' || n || '@example.com', '+1555' || lpad(n::text, 7, '0'), '1555' || lpad(n::text, 7, '0'), name), at, at
    FROM generate_series($1::integer, $2::integer) AS n,
         LATERAL (SELECT now() - interval '30 seconds' * n AS at,
                         (ARRAY['ada','grace','alan','edsger'])[1 + n / 4 % 4] || ' ' || (ARRAY['lovelace','hopper','turing','liskov','knuth'])[1 + n / 4 % 5] || ' ' || md5('name' || n) AS name) AS person
   WHERE n % 4 = 0`;

/** A response with every second event: one of 100 partial, one of 500 a test. */
const RESPONSES = `
  INSERT INTO form_response (form_id, token, event_id, response_type, test, submitted_at, received_at, effective_at, answers, hidden,
                             variables, identifiers, client_id, email_key, phone_key, search_text, created_at, updated_at, keyed_at)
  SELECT 'form' || n % ${FORMS}, md5('token' || n), 'event' || n, CASE WHEN n % 100 = 2 THEN 'partial' ELSE 'completed' END, n % 500 = 4,
         at, at, at, '[]', '{}', '[]', '{}', client.id, client.email, client.phone, client.search_text, at, at, at
    FROM generate_series($1::integer, $2::integer) AS n
    JOIN client ON client.id = ${clientIdOf('n / 4 * 4')},
         LATERAL (SELECT now() - interval '30 seconds' * n AS at) AS time
   WHERE n % 2 = 0`;

/** What Typeform has: each of them, one of 500 recovered, and twenty failed. */
const LISTED = `
  INSERT INTO typeform_response (form_id, token, completed, at, check_id, fate)
  SELECT form_id, token, true, at, gen_random_uuid(),
         CASE WHEN n % 500 = 1 THEN 'recovered' WHEN n <= 20000 AND n % 1000 = 2 THEN 'failed' ELSE 'received' END
    FROM generate_series($1::integer, $2::integer) AS n,
         LATERAL (SELECT 'form' || n % ${FORMS} AS form_id, md5('token' || n) AS token, now() - interval '30 seconds' * n AS at) AS listed`;

/** What the intake counted in each of so many minutes, the last of them more than a day ago. */
const COUNTED = `
  INSERT INTO intake_minute (minute, outcome, latency_class, requests)
  SELECT date_trunc('minute', now()) - interval '1 day' - interval '1 minute' * n, 'accepted', 30, 2
    FROM generate_series($1::integer, $2::integer) AS n
  ON CONFLICT DO NOTHING`;

const REST = `
  INSERT INTO webhook (form_id, tag, secret, event_types, created_at, updated_at)
  SELECT 'form' || n, 'onboarding', 'sealed', '{"form_response": true}', now(), now()
    FROM generate_series(0, ${FORMS - 1}) AS n ON CONFLICT DO NOTHING;
  INSERT INTO completeness_check (form_id, status, created_at, started_at, finished_at, missing)
  SELECT 'form' || n, 'done', now(), now(), now(), 0 FROM generate_series(0, ${FORMS - 1}) AS n;
  INSERT INTO onboarding_form (form_id, response_count, created_at, updated_at)
  SELECT 'form' || n, 1, now(), now() FROM generate_series(0, ${FORMS - 1}) AS n ON CONFLICT DO NOTHING;
  INSERT INTO backfill_run (form_id, gapless, trigger, status, created_at, started_at, finished_at)
  SELECT 'form' || n % ${FORMS}, true, 'daily', CASE WHEN n % 500 = 0 THEN 'failed' ELSE 'done' END, at, at, at
    FROM generate_series(1, 5000) AS n, LATERAL (SELECT now() - interval '1 minute' * n AS at) AS time;
  INSERT INTO job (kind, status, params, created_by, due_at, created_at, finished_at)
  SELECT 'replay', 'done', '{}', 'admin', at, at, at
    FROM generate_series(1, 2000) AS n, LATERAL (SELECT now() - interval '1 minute' * n AS at) AS time;
  ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_moves_head;
  INSERT INTO audit_entry (id, at, actor_id, actor_name, action, subject, details, previous_hash, hash)
  SELECT last + n, now(), CASE WHEN n % 500 = 0 THEN 'rare' ELSE 'bootstrap' END, 'admin',
         CASE WHEN n % 500 = 0 THEN 'client.merged' ELSE 'form.updated' END, 'form1', '{}', '', ''
    FROM generate_series(1, 5000) AS n, (SELECT coalesce(max(id), 0) AS last FROM audit_entry) AS entry;
  ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_moves_head;
  ALTER TABLE audit_head DISABLE TRIGGER audit_head_moved_by_entries;
  UPDATE audit_head SET (id, hash) = (SELECT id, hash FROM audit_entry ORDER BY id DESC LIMIT 1);
  ALTER TABLE audit_head ENABLE ALWAYS TRIGGER audit_head_moved_by_entries;`;

/** Stores the events with these numbers and what became of them. The statistics are up to date afterwards. */
export async function fillTables(pool: Pool, first: number, last: number): Promise<Filled> {
  await pool.query(EVENTS, [first, last]);
  await pool.query(CLIENTS, [first, last]);
  await pool.query(RESPONSES, [first, last]);
  await pool.query(LISTED, [first, last]);
  await pool.query(COUNTED, [first, last]);
  await pool.query(REST);
  await pool.query('VACUUM (ANALYZE)');
  const { rows } = await pool.query<{ oldest: Date; middle: Date }>(
    `SELECT min(received_at) AS oldest, min(received_at) + (max(received_at) - min(received_at)) / 2 AS middle FROM webhook_event`,
  );
  const { rows: events } = await pool.query<Filled['event'] & { clientId: string }>(
    `SELECT event_id AS "eventId", form_id AS "formId", token, client_id AS "clientId" FROM form_response ORDER BY effective_at DESC LIMIT 1`,
  );
  const [times, event] = [rows[0], events[0]];
  if (!times || !event) throw new Error('nothing was stored');
  const { clientId, ...found } = event;
  return { oldest: times.oldest.toISOString(), middle: times.middle.toISOString(), event: found, clientId };
}
