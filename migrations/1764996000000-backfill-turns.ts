import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Back-fill runs take turns, notice a listing without an end, and count what cannot be read. */
export class BackfillTurns1764996000000 implements MigrationInterface {
  readonly name = 'BackfillTurns1764996000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE backfill_run
        ADD COLUMN failed integer NOT NULL DEFAULT 0,
        ADD COLUMN pages integer NOT NULL DEFAULT 0,
        ADD COLUMN landmark text,
        ADD COLUMN served_at timestamptz
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE backfill_run
        DROP COLUMN failed, DROP COLUMN pages, DROP COLUMN landmark, DROP COLUMN served_at
    `);
  }
}
