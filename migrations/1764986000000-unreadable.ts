import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which responses have answers that could not be read: reprocessing finds in them what processing does, nothing. */
export class Unreadable1764986000000 implements MigrationInterface {
  readonly name = 'Unreadable1764986000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE form_response ADD COLUMN unreadable boolean NOT NULL DEFAULT false');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE form_response DROP COLUMN unreadable');
  }
}
