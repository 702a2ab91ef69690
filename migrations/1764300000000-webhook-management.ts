import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each webhook should be at Typeform, what it was last seen to be, and what is still to be done about it. */
export class WebhookManagement1764300000000 implements MigrationInterface {
  readonly name = 'WebhookManagement1764300000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE webhook
        ADD COLUMN form_title text,
        ADD COLUMN url text NOT NULL DEFAULT '',
        ADD COLUMN enabled boolean NOT NULL DEFAULT true,
        ADD COLUMN verify_ssl boolean NOT NULL DEFAULT true,
        ADD COLUMN event_types jsonb NOT NULL DEFAULT '{"form_response": true}',
        ADD COLUMN pending boolean NOT NULL DEFAULT false,
        ADD COLUMN status text NOT NULL DEFAULT 'missing',
        ADD COLUMN drift jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN observed_at timestamptz,
        ADD COLUMN problem text,
        ADD COLUMN repairs integer NOT NULL DEFAULT 0,
        ADD COLUMN next_repair_at timestamptz,
        ADD CONSTRAINT webhook_status
          CHECK (status IN ('in_sync', 'drifted', 'missing', 'disabled_by_typeform', 'unreachable', 'removed'));
      CREATE INDEX webhook_created ON webhook (created_at, id);
      CREATE INDEX webhook_form ON webhook (form_id);

      -- Only what the intake keeps in memory is worth telling every process about; observing a webhook is not.
      DROP TRIGGER webhook_changed ON webhook;
      CREATE TRIGGER webhook_changed
        AFTER INSERT OR DELETE OR UPDATE OF secret, previous_secret, previous_secret_expires_at, removed_at, pending ON webhook
        FOR EACH STATEMENT EXECUTE FUNCTION notify_webhook_changed();
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TRIGGER webhook_changed ON webhook;
      CREATE TRIGGER webhook_changed AFTER INSERT OR UPDATE OR DELETE ON webhook
        FOR EACH STATEMENT EXECUTE FUNCTION notify_webhook_changed();
      DROP INDEX webhook_form;
      DROP INDEX webhook_created;
      ALTER TABLE webhook
        DROP CONSTRAINT webhook_status,
        DROP COLUMN next_repair_at, DROP COLUMN repairs, DROP COLUMN problem, DROP COLUMN observed_at, DROP COLUMN drift,
        DROP COLUMN status, DROP COLUMN pending, DROP COLUMN event_types, DROP COLUMN verify_ssl, DROP COLUMN enabled,
        DROP COLUMN url, DROP COLUMN form_title;
    `);
  }
}
