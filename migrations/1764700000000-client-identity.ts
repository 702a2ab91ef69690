import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who a response belongs to: the keys it gave, what admins decided, and clients that may share a phone. Everything here is quick
 * whatever the size of the tables (the partial indexes begin empty); the next migration fills it in.
 */
export class ClientIdentity1764700000000 implements MigrationInterface {
  readonly name = 'ClientIdentity1764700000000';
  /** 0.1.0 never names the constraint on the phone: its insert has no conflict target, and it asks who has a phone before it takes it. */
  readonly contracts = '0.1.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE client
        DROP CONSTRAINT client_phone,
        ADD COLUMN corrections jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN split_from uuid,
        ADD COLUMN conflict boolean NOT NULL DEFAULT false;
      CREATE INDEX client_phone ON client (phone);
      CREATE INDEX client_conflict ON client (created_at, id) WHERE conflict;
      CREATE INDEX client_split_from ON client (split_from) WHERE split_from IS NOT NULL;

      -- "This e-mail or phone belongs to that client": made when admins merge, split, or correct an e-mail.
      CREATE TABLE client_alias (
        kind text NOT NULL,
        value text NOT NULL,
        client_id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (kind, value),
        CONSTRAINT client_alias_kind CHECK (kind IN ('email', 'phone')),
        CONSTRAINT client_alias_client FOREIGN KEY (client_id) REFERENCES client (id) ON DELETE CASCADE
      );
      CREATE INDEX client_alias_client_id ON client_alias (client_id);

      -- email_key and phone_key: what the response gave that may find a client. keyed_at equals updated_at where they were written
      -- together with the identifiers; the release before writes identifiers alone, and its rows are found by form_response_unsettled.
      ALTER TABLE form_response
        ADD COLUMN email_key text,
        ADD COLUMN phone_key text,
        ADD COLUMN keyed_at timestamptz,
        ADD COLUMN pinned_client_id uuid,
        ADD CONSTRAINT form_response_pinned_client
          FOREIGN KEY (pinned_client_id) REFERENCES client (id) ON DELETE SET NULL NOT VALID;
      ALTER TABLE form_response VALIDATE CONSTRAINT form_response_pinned_client;
      CREATE INDEX form_response_email_key ON form_response (email_key, client_id) WHERE email_key IS NOT NULL;
      -- A response with a phone is in one of these two, so the first and the last client of a phone are one probe each.
      CREATE INDEX form_response_phone_with_email ON form_response (phone_key, client_id)
        WHERE phone_key IS NOT NULL AND email_key IS NOT NULL;
      CREATE INDEX form_response_phone_alone ON form_response (phone_key, client_id)
        WHERE phone_key IS NOT NULL AND email_key IS NULL;
      CREATE INDEX form_response_pinned ON form_response (pinned_client_id) WHERE pinned_client_id IS NOT NULL;
      CREATE INDEX form_response_unsettled ON form_response (form_id, token) WHERE keyed_at IS DISTINCT FROM updated_at;

      ALTER TABLE webhook_event ADD COLUMN replays integer NOT NULL DEFAULT 0;
    `);
  }

  /** The first client to have a phone keeps it. What admins decided and corrected by hand is forgotten. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE webhook_event DROP COLUMN replays;
      ALTER TABLE form_response
        DROP COLUMN pinned_client_id, DROP COLUMN keyed_at, DROP COLUMN phone_key, DROP COLUMN email_key;
      DROP TABLE client_alias;
      DROP INDEX client_phone;
      ALTER TABLE client DROP COLUMN conflict, DROP COLUMN split_from, DROP COLUMN corrections;
      UPDATE client SET phone = NULL
       WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY phone ORDER BY created_at, id) AS place
                                      FROM client WHERE phone IS NOT NULL) AS sharing WHERE place > 1);
      ALTER TABLE client ADD CONSTRAINT client_phone UNIQUE (phone);
    `);
  }
}
