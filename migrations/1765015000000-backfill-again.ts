import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was asked of a back-fill that had already read the newest responses: another one follows as soon as it ends. */
export class BackfillAgain1765015000000 implements MigrationInterface {
  readonly name = 'BackfillAgain1765015000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE backfill_run ADD COLUMN followed_by text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE backfill_run DROP COLUMN followed_by');
  }
}
