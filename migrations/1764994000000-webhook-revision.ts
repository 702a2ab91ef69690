import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a webhook should be has a revision, and Typeform's copy the one that was pushed. A trigger counts, so that every writer is
 * seen, the release before this one too. The webhooks there are get pushed once: an older release may have put a stale secret there.
 */
export class WebhookRevision1764994000000 implements MigrationInterface {
  readonly name = 'WebhookRevision1764994000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE webhook
        ADD COLUMN revision integer NOT NULL DEFAULT 1,
        ADD COLUMN pushed_revision integer NOT NULL DEFAULT 0,
        ADD COLUMN refused_revision integer,
        ADD COLUMN repair_history jsonb NOT NULL DEFAULT '{}';
      UPDATE webhook SET pushed_revision = revision WHERE removed_at IS NOT NULL AND NOT pending;

      CREATE FUNCTION count_webhook_revision() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF (NEW.url, NEW.enabled, NEW.verify_ssl, NEW.event_types, NEW.secret, NEW.removed_at)
           IS DISTINCT FROM (OLD.url, OLD.enabled, OLD.verify_ssl, OLD.event_types, OLD.secret, OLD.removed_at) THEN
          NEW.revision := OLD.revision + 1;
        END IF;
        RETURN NEW;
      END
      $$;
      CREATE TRIGGER webhook_revision
        BEFORE UPDATE OF url, enabled, verify_ssl, event_types, secret, removed_at ON webhook
        FOR EACH ROW EXECUTE FUNCTION count_webhook_revision();

      CREATE TABLE webhook_push (
        form_id text NOT NULL,
        tag text NOT NULL,
        calls integer NOT NULL DEFAULT 0,
        call_id uuid,
        call_webhook_id uuid,
        call_revision integer,
        call_until timestamptz,
        doubt_webhook_id uuid,
        doubt_revision integer,
        doubt_until timestamptz,
        PRIMARY KEY (form_id, tag)
      );

      CREATE TABLE reconcile_pass (
        id smallint PRIMARY KEY DEFAULT 1,
        owner uuid,
        lease_until timestamptz,
        CONSTRAINT reconcile_pass_single CHECK (id = 1)
      );
      INSERT INTO reconcile_pass (id) VALUES (1);
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE reconcile_pass;
      DROP TABLE webhook_push;
      DROP TRIGGER webhook_revision ON webhook;
      DROP FUNCTION count_webhook_revision();
      ALTER TABLE webhook
        DROP COLUMN repair_history, DROP COLUMN refused_revision, DROP COLUMN pushed_revision, DROP COLUMN revision;
    `);
  }
}
