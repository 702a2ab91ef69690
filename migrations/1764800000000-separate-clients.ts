import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Fills in the keys of the responses, and separates clients that were merged by a phone alone although their e-mails differ. Whoever
 * has an e-mail now keeps its id; the responses of each other e-mail go to that e-mail's client, which is made where there is none; what
 * was sent with a shared phone and no e-mail goes to a client of its own. No response is lost or changed, no client removed.
 *
 * Rows are locked, tables are not: processing waits, webhooks and admins do not.
 */
export class SeparateClients1764800000000 implements MigrationInterface {
  readonly name = 'SeparateClients1764800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(KEYS);
    await queryRunner.query(SEPARATE);
    await queryRunner.query(RECORDS);
    await queryRunner.query(AUDIT);
    // A replay used to overwrite where an event came from.
    await queryRunner.query(`
      UPDATE webhook_event
         SET source = CASE WHEN starts_with(event_id, 'backfill:') THEN 'backfill' ELSE 'webhook' END, replays = 1
       WHERE source = 'replay';
    `);
  }

  /** The release before works with separate clients too, so they stay separate, and the audit log keeps its entry. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      UPDATE form_response SET email_key = NULL, phone_key = NULL, keyed_at = NULL WHERE keyed_at IS NOT NULL;
      UPDATE client SET conflict = false WHERE conflict;
    `);
  }
}

/**
 * Keys that may stand for nobody are left to the service, which knows them exactly and settles what has no keys yet: an address or a
 * number is taken here only when it certainly finds a client. The lock keeps batches away, which share it.
 */
const KEYS = `
  SELECT pg_advisory_xact_lock(hashtextextended('typeform-onboarding:processing', 0));

  UPDATE form_response
     SET email_key = CASE WHEN NOT test THEN identifiers -> 'email' ->> 'value' END,
         phone_key = CASE WHEN NOT test THEN identifiers -> 'phone' ->> 'value' END, keyed_at = updated_at
   WHERE keyed_at IS NULL
     -- The release before made clients of test requests and of answers that identify nobody: the service takes them away.
     AND (client_id IS NULL OR NOT (test OR identifiers = '{}'))
     AND (identifiers -> 'email' IS NULL OR NOT (
       split_part(identifiers -> 'email' ->> 'value', '@', 1) ~ '^(no|do-?not|dont|ne|nao|nicht|keine?)[-_.]?(reply|respon|repond|antwort|e?mail|correo)'
       OR split_part(identifiers -> 'email' ->> 'value', '@', 1) ~ '^(none|noone|nobody|not[-]?(provided|available)|unknown|undefined|i?donthave|sin[-]?(email|correo)|notengo|notiene|ningun[oa]|nenhuma?|semm?ail|sememail|naotem|naotenho|aucune?|(pasde|sans)mail|keiner?|ohne|fake|invalid|anon(ymous|imo|ym)|mailer-daemon|postmaster|test(e|er|ing)?|prueba|essai|a+|b|x+|asdf?|asd|qwerty|abc|abcd|no|na|n|null?|nil|e?mail|e|user|name|me|[0-9]{1,6}|foo|bar|example)$'
       OR split_part(split_part(identifiers -> 'email' ->> 'value', '@', 2), '.', 1) ~ '^(none|noone|nobody|no-?e?mail|unknown|undefined|fake|invalid|test(e|ing)?|anon(ymous)?)$'
       OR identifiers -> 'email' ->> 'value' ~ '[@.](invalid|localhost|test)$'))
     AND (identifiers -> 'phone' IS NULL OR NOT (
       identifiers -> 'phone' ->> 'value' ~ '(\\d)\\1{6}$' OR identifiers -> 'phone' ->> 'value' ~ '1234567|2345678|3456789|4567890|9876543|8765432|7654321|6543210'));
`;

const SEPARATE = `
  ANALYZE form_response (email_key, phone_key, client_id);

  -- The client of each e-mail that is given at a client which has another one.
  CREATE TEMP TABLE target_of_email ON COMMIT DROP AS
    SELECT wrong.email, coalesce(client.id, gen_random_uuid()) AS client_id, client.id IS NULL AS made
      FROM (SELECT DISTINCT email_key AS email FROM form_response AS response JOIN client ON client.id = response.client_id
             WHERE email_key <> client.email) AS wrong
      LEFT JOIN client ON client.email = wrong.email;
  CREATE TEMP TABLE moved ON COMMIT DROP AS
    SELECT response.form_id, response.token, response.client_id AS former, target.client_id
      FROM form_response AS response JOIN target_of_email AS target ON target.email = response.email_key
     WHERE response.client_id <> target.client_id;
  INSERT INTO client (id, email, created_at, updated_at)
    SELECT target.client_id, target.email, min(response.created_at), now()
      FROM target_of_email AS target JOIN form_response AS response ON response.email_key = target.email
     WHERE target.made GROUP BY target.client_id, target.email;
  UPDATE form_response AS response SET client_id = moved.client_id FROM moved
   WHERE response.form_id = moved.form_id AND response.token = moved.token;

  -- What gave a phone alone, at a client with an e-mail that is not the one owner of the phone.
  CREATE TEMP TABLE owner_of_phone ON COMMIT DROP AS
    SELECT phone_key AS phone, CASE WHEN min(client_id::text) = max(client_id::text) THEN min(client_id::text)::uuid END AS client_id
      FROM form_response WHERE phone_key IS NOT NULL AND email_key IS NOT NULL GROUP BY phone_key;
  CREATE TEMP TABLE strayed ON COMMIT DROP AS
    SELECT response.form_id, response.token, response.client_id AS former, response.phone_key AS phone, owner.client_id
      FROM form_response AS response JOIN client ON client.id = response.client_id AND client.email IS NOT NULL
      LEFT JOIN owner_of_phone AS owner ON owner.phone = response.phone_key
     WHERE response.phone_key IS NOT NULL AND response.email_key IS NULL
       AND owner.client_id IS DISTINCT FROM response.client_id;
  CREATE TEMP TABLE target_of_phone ON COMMIT DROP AS
    SELECT phone, coalesce(alone.client_id, gen_random_uuid()) AS client_id, alone.client_id IS NULL AS made
      FROM (SELECT DISTINCT phone FROM strayed WHERE client_id IS NULL) AS phones
      LEFT JOIN LATERAL (SELECT response.client_id FROM form_response AS response
                           JOIN client ON client.id = response.client_id AND client.email IS NULL
                          WHERE response.phone_key = phones.phone AND response.email_key IS NULL
                          ORDER BY response.client_id LIMIT 1) AS alone ON true;
  UPDATE strayed SET client_id = target.client_id FROM target_of_phone AS target
   WHERE target.phone = strayed.phone AND strayed.client_id IS NULL;
  INSERT INTO client (id, phone, created_at, updated_at)
    SELECT target.client_id, target.phone, min(response.created_at), now()
      FROM target_of_phone AS target JOIN strayed ON strayed.client_id = target.client_id
      JOIN form_response AS response ON response.form_id = strayed.form_id AND response.token = strayed.token
     WHERE target.made GROUP BY target.client_id, target.phone;
  UPDATE form_response AS response SET client_id = strayed.client_id FROM strayed
   WHERE response.form_id = strayed.form_id AND response.token = strayed.token;
  INSERT INTO moved SELECT form_id, token, former, client_id FROM strayed;

  CREATE TEMP TABLE touched ON COMMIT DROP AS SELECT former AS client_id FROM moved UNION SELECT client_id FROM moved;
  ANALYZE touched;
`;

/** As core/client-record puts them together: the surer, then of a complete response, then the newer, then the smaller id. */
const RECORDS = `
  UPDATE client
     SET identifiers = coalesce(record.identifiers, '{}'), phone = record.identifiers -> 'phone' ->> 'value', updated_at = now()
    FROM touched
    LEFT JOIN LATERAL (
      SELECT jsonb_object_agg(best.key, best.value || jsonb_build_object('from', best.id)) AS identifiers
        FROM (SELECT DISTINCT ON (given.key) given.key, given.value, newest.id
                FROM (SELECT form_id || '/' || token AS id, response_type, effective_at, identifiers FROM form_response
                       WHERE client_id = touched.client_id ORDER BY effective_at DESC, form_id, token LIMIT 200) AS newest
                JOIN client AS own ON own.id = touched.client_id
               CROSS JOIN LATERAL jsonb_each(newest.identifiers) AS given (key, value)
               WHERE given.key <> 'email' OR own.email IS NULL OR given.value ->> 'value' = own.email
               ORDER BY given.key, (given.value ->> 'confidence')::float8 DESC, newest.response_type = 'completed' DESC,
                        newest.effective_at DESC, newest.id COLLATE "C") AS best
    ) AS record ON true
   WHERE client.id = touched.client_id;

  UPDATE client SET conflict = true
   WHERE id IN (SELECT client_id FROM form_response
                 WHERE phone_key IN (SELECT phone_key FROM form_response WHERE phone_key IS NOT NULL
                                      GROUP BY phone_key HAVING min(client_id::text) <> max(client_id::text)));
`;

/** An entry for each 500 clients that others were taken out of, continuing the chain as core/audit-hash does: canonical JSON, SHA-256. */
const AUDIT = `
  DO $$
    DECLARE
      chunk record;
      head record;
      stamp timestamptz(3) := now();
      details text;
      entry text;
      digest text;
    BEGIN
      PERFORM pg_advisory_xact_lock(hashtextextended('typeform-onboarding:audit', 0));
      FOR chunk IN
        SELECT string_agg('"' || former || '"', ',' ORDER BY former) AS clients, count(*) AS separated,
               sum(responses) AS responses, sum(made) AS made
          FROM (SELECT former, (row_number() OVER (ORDER BY former) - 1) / 500 AS place, responses, made
                  FROM (SELECT former, count(*) AS responses, count(DISTINCT client_id) FILTER (WHERE first_former = former) AS made
                          FROM moved
                          LEFT JOIN (SELECT client_id, min(former::text)::uuid AS first_former FROM moved
                                      WHERE client_id IN (SELECT client_id FROM target_of_email WHERE made
                                                           UNION SELECT client_id FROM target_of_phone WHERE made)
                                      GROUP BY client_id) AS new USING (client_id)
                         GROUP BY former) AS each_former) AS placed
         GROUP BY place ORDER BY place
      LOOP
        SELECT id + 1 AS next, hash INTO head FROM audit_head;
        details := '{"clientIds":[' || chunk.clients || '],"clients":' || chunk.separated || ',"made":' || chunk.made
                   || ',"responses":' || chunk.responses || '}';
        entry := '{"action":"clients.separated","actorId":"migration","actorName":"migration","at":"'
                 || to_char(stamp AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '","details":' || details
                 || ',"id":"' || head.next || '","previousHash":"' || head.hash || '","requestId":null,"subject":"*"}';
        digest := encode(sha256(convert_to(entry, 'UTF8')), 'hex');
        INSERT INTO audit_entry (id, at, actor_id, actor_name, action, subject, details, request_id, previous_hash, hash)
        VALUES (head.next, stamp, 'migration', 'migration', 'clients.separated', '*', details::jsonb, NULL, head.hash, digest);
      END LOOP;
    END $$;
`;
