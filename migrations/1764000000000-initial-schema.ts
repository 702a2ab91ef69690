import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The first schema: inbox, onboarding records, webhook secrets and API keys. */
export class InitialSchema1764000000000 implements MigrationInterface {
  readonly name = 'InitialSchema1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE onboarding_form (
        form_id text PRIMARY KEY,
        title text,
        status text NOT NULL DEFAULT 'active',
        identifier_mapping jsonb NOT NULL DEFAULT '{}',
        fields jsonb NOT NULL DEFAULT '[]',
        response_count integer NOT NULL DEFAULT 0,
        last_response_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT onboarding_form_status CHECK (status IN ('active', 'paused'))
      );

      CREATE TABLE webhook (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        form_id text NOT NULL,
        tag text NOT NULL,
        secret text NOT NULL,
        previous_secret text,
        previous_secret_expires_at timestamptz,
        removed_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      );
      CREATE UNIQUE INDEX webhook_form_tag ON webhook (form_id, tag) WHERE removed_at IS NULL;

      CREATE TABLE webhook_event (
        event_id text PRIMARY KEY,
        event_type text NOT NULL,
        form_id text NOT NULL,
        token text NOT NULL,
        source text NOT NULL,
        webhook_id uuid,
        status text NOT NULL,
        reason text,
        submitted_at timestamptz,
        received_at timestamptz NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        first_attempt_at timestamptz,
        next_attempt_at timestamptz,
        processed_at timestamptz,
        last_error text,
        duplicates integer NOT NULL DEFAULT 0,
        payload_bytes integer NOT NULL,
        payload bytea,
        CONSTRAINT webhook_event_source CHECK (source IN ('webhook', 'backfill', 'replay')),
        CONSTRAINT webhook_event_status
          CHECK (status IN ('pending', 'processed', 'retrying', 'dead', 'ignored', 'quarantined'))
      );
      -- Kept out of line and uncompressed: compressing costs more than the commit, and marking an event processed then
      -- rewrites a short row instead of its payload.
      ALTER TABLE webhook_event ALTER COLUMN payload SET STORAGE EXTERNAL;
      -- What is due. Small whatever the number of stored events, so claiming does not slow down with history.
      CREATE INDEX webhook_event_due ON webhook_event (next_attempt_at) WHERE status IN ('pending', 'retrying');
      CREATE INDEX webhook_event_exceptional ON webhook_event (status, received_at, event_id) WHERE status <> 'processed';
      CREATE INDEX webhook_event_received ON webhook_event (received_at, event_id);
      CREATE INDEX webhook_event_form ON webhook_event (form_id, received_at, event_id);
      CREATE INDEX webhook_event_token ON webhook_event (token);

      CREATE TABLE client (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        email text,
        phone text,
        identifiers jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT client_email UNIQUE (email),
        CONSTRAINT client_phone UNIQUE (phone)
      );
      CREATE INDEX client_created ON client (created_at, id);

      CREATE TABLE form_response (
        form_id text NOT NULL,
        token text NOT NULL,
        event_id text NOT NULL,
        response_type text NOT NULL,
        test boolean NOT NULL,
        landed_at timestamptz,
        submitted_at timestamptz,
        received_at timestamptz NOT NULL,
        effective_at timestamptz NOT NULL,
        answers jsonb NOT NULL,
        hidden jsonb NOT NULL,
        variables jsonb NOT NULL,
        score double precision,
        ending jsonb,
        outcome jsonb,
        identifiers jsonb NOT NULL,
        client_id uuid,
        conflicts jsonb NOT NULL DEFAULT '[]',
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (form_id, token),
        CONSTRAINT form_response_type CHECK (response_type IN ('completed', 'partial')),
        CONSTRAINT form_response_client FOREIGN KEY (client_id) REFERENCES client (id) ON DELETE SET NULL
      );
      CREATE INDEX form_response_client_effective ON form_response (client_id, effective_at);
      CREATE INDEX form_response_effective ON form_response (effective_at, form_id, token);
      CREATE INDEX form_response_form_effective ON form_response (form_id, effective_at, token);

      CREATE TABLE api_key (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name text NOT NULL,
        role text NOT NULL,
        secret_hash text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz,
        revoked_at timestamptz,
        CONSTRAINT api_key_role CHECK (role IN ('viewer', 'operator', 'admin'))
      );
      CREATE INDEX api_key_created ON api_key (created_at, id);

      -- Every process keeps the webhook secrets in memory; whoever changes them tells all of them, once committed.
      CREATE FUNCTION notify_webhook_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_notify('webhook_changed', '');
          RETURN NULL;
        END $$;
      CREATE TRIGGER webhook_changed AFTER INSERT OR UPDATE OR DELETE ON webhook
        FOR EACH STATEMENT EXECUTE FUNCTION notify_webhook_changed();
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE api_key;
      DROP TABLE form_response;
      DROP TABLE client;
      DROP TABLE webhook_event;
      DROP TABLE webhook;
      DROP FUNCTION notify_webhook_changed();
      DROP TABLE onboarding_form;
    `);
  }
}
