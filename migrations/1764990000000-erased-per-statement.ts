import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Asks once for each statement, no longer once for each row, whether a response that is stored was erased. The old function stays: a
 * migration takes nothing away.
 */
export class ErasedPerStatement1764990000000 implements MigrationInterface {
  readonly name = 'ErasedPerStatement1764990000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE FUNCTION refuse_erased_responses() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT FROM added JOIN erased_response USING (form_id, token)) THEN
            RAISE EXCEPTION 'this response was erased' USING ERRCODE = 'restrict_violation';
          END IF;
          RETURN NULL;
        END $$;
      CREATE OR REPLACE TRIGGER form_response_stays_erased AFTER INSERT ON form_response
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_erased_responses();
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE OR REPLACE TRIGGER form_response_stays_erased BEFORE INSERT ON form_response
        FOR EACH ROW EXECUTE FUNCTION refuse_erased_response();
      DROP FUNCTION refuse_erased_responses();
    `);
  }
}
