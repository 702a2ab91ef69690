import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How long a form's submissions are kept, and how far they were removed; when an API key was last used. */
export class Retention1764998000000 implements MigrationInterface {
  readonly name = 'Retention1764998000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE onboarding_form ADD COLUMN retention_days integer, ADD COLUMN expired_before timestamptz;
      ALTER TABLE api_key ADD COLUMN last_used_at timestamptz;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE api_key DROP COLUMN last_used_at;
      ALTER TABLE onboarding_form DROP COLUMN expired_before, DROP COLUMN retention_days;
    `);
  }
}
