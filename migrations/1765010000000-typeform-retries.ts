import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a change that Typeform has not confirmed is sent again, when a secret was last doubted, and when all webhooks were last compared. */
export class TypeformRetries1765010000000 implements MigrationInterface {
  readonly name = 'TypeformRetries1765010000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE webhook_push
        ADD COLUMN failures integer NOT NULL DEFAULT 0,
        ADD COLUMN next_try_at timestamptz,
        ADD COLUMN suspected_at timestamptz;
      ALTER TABLE reconcile_pass ADD COLUMN finished_at timestamptz;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE reconcile_pass DROP COLUMN finished_at;
      ALTER TABLE webhook_push DROP COLUMN suspected_at, DROP COLUMN next_try_at, DROP COLUMN failures;
    `);
  }
}
