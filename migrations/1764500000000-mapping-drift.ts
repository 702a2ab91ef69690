import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which sources of a form's identifier mapping its definition does not have (any more), and when that was looked at. */
export class MappingDrift1764500000000 implements MigrationInterface {
  readonly name = 'MappingDrift1764500000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE onboarding_form
        ADD COLUMN mapping_problems jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN definition_checked_at timestamptz;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE onboarding_form DROP COLUMN definition_checked_at, DROP COLUMN mapping_problems;
    `);
  }
}
