import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tombstones of erased responses, and what keeps their data from coming back whichever version of the service writes. */
export class Erasure1764600000000 implements MigrationInterface {
  readonly name = 'Erasure1764600000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE erased_response (
        form_id text NOT NULL,
        token text NOT NULL,
        client_id uuid NOT NULL,
        erased_at timestamptz NOT NULL,
        PRIMARY KEY (form_id, token)
      );
      CREATE INDEX erased_response_client ON erased_response (client_id);

      -- An event either is committed before an erasure looks for events, or sees its tombstones: an erasure holds this lock
      -- exclusively. Taken before the statement locks any row, so that the two never wait for each other.
      CREATE FUNCTION wait_for_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_advisory_xact_lock_shared(hashtextextended('typeform-onboarding:appending', 0));
          RETURN NULL;
        END $$;
      CREATE TRIGGER webhook_event_waits_for_erasure BEFORE INSERT ON webhook_event
        FOR EACH STATEMENT EXECUTE FUNCTION wait_for_erasure();

      -- An event of an erased response, under whatever event id, is kept without its body. One call a batch, which hardly ever
      -- gets beyond the question: its plan never touches the large table.
      CREATE FUNCTION drop_erased_payload() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT FROM added JOIN erased_response USING (form_id, token)) THEN
            UPDATE webhook_event
               SET payload = NULL, status = 'ignored', reason = 'erased', next_attempt_at = NULL
             WHERE event_id IN (SELECT event_id FROM added JOIN erased_response USING (form_id, token));
          END IF;
          RETURN NULL;
        END $$;
      CREATE TRIGGER webhook_event_drops_erased_payload AFTER INSERT ON webhook_event
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION drop_erased_payload();

      CREATE FUNCTION refuse_erased_response() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT FROM erased_response WHERE form_id = NEW.form_id AND token = NEW.token) THEN
            RAISE EXCEPTION 'this response was erased' USING ERRCODE = 'restrict_violation';
          END IF;
          RETURN NEW;
        END $$;
      CREATE TRIGGER form_response_stays_erased BEFORE INSERT ON form_response
        FOR EACH ROW EXECUTE FUNCTION refuse_erased_response();
    `);
  }

  /** Forgets what was erased: replicas of the older version take it in again when it is delivered again. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TRIGGER form_response_stays_erased ON form_response;
      DROP TRIGGER webhook_event_drops_erased_payload ON webhook_event;
      DROP TRIGGER webhook_event_waits_for_erasure ON webhook_event;
      DROP FUNCTION refuse_erased_response();
      DROP FUNCTION drop_erased_payload();
      DROP FUNCTION wait_for_erasure();
      DROP TABLE erased_response;
    `);
  }
}
