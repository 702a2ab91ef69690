import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Why each attempt at an event failed. NULL for nearly all events: those that never failed. */
export class AttemptLog1764980000000 implements MigrationInterface {
  readonly name = 'AttemptLog1764980000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE webhook_event ADD COLUMN attempt_log jsonb;
      -- The host's clock used to say when an event is due; one that was ahead left events waiting. A new event is due at once.
      UPDATE webhook_event SET next_attempt_at = now() WHERE status = 'pending' AND next_attempt_at > now();
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE webhook_event DROP COLUMN attempt_log');
  }
}
