import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The events to be tried again, in their order: they are claimed every second, however many new ones are waiting. */
export class RetryingEvents1765070000000 implements MigrationInterface {
  readonly name = 'RetryingEvents1765070000000';
  /** Webhooks come in meanwhile. */
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    // An interrupted build leaves an index that is not valid.
    await queryRunner.query('DROP INDEX CONCURRENTLY IF EXISTS webhook_event_retrying');
    await queryRunner.query(
      `CREATE INDEX CONCURRENTLY webhook_event_retrying ON webhook_event (next_attempt_at) WHERE status = 'retrying'`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX IF EXISTS webhook_event_retrying');
  }
}
