import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What Typeform says a form asks, which hidden fields its submissions brought, and the country its phone numbers are read in. */
export class FormDefinitions1764960000000 implements MigrationInterface {
  readonly name = 'FormDefinitions1764960000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE onboarding_form
        ADD COLUMN definition jsonb,
        ADD COLUMN hidden_seen jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN phone_country text;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE onboarding_form DROP COLUMN phone_country, DROP COLUMN hidden_seen, DROP COLUMN definition;
    `);
  }
}
