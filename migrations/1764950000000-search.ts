import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What searches look through, in the folding of core/search-text. Rows from before are filled in by the service, in the background.
 * pg_trgm is a trusted extension: whoever may create in the database may create it.
 */
export class Search1764950000000 implements MigrationInterface {
  readonly name = 'Search1764950000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE EXTENSION IF NOT EXISTS pg_trgm;
      ALTER TABLE form_response ADD COLUMN search_text text;
      ALTER TABLE client ADD COLUMN search_text text;
      CREATE INDEX form_response_search ON form_response USING gin (search_text gin_trgm_ops);
      CREATE INDEX client_search ON client USING gin (search_text gin_trgm_ops);
      CREATE INDEX form_response_unsearchable ON form_response (form_id, token) WHERE search_text IS NULL;
      CREATE INDEX client_unsearchable ON client (id) WHERE search_text IS NULL;
    `);
  }

  /** The extension stays: somebody else may use it. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE form_response DROP COLUMN search_text;
      ALTER TABLE client DROP COLUMN search_text;
    `);
  }
}
