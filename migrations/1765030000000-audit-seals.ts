import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Seals of audit entries, made with a key that is not in the database. Existing entries get theirs from the service, which has the key. */
export class AuditSeals1765030000000 implements MigrationInterface {
  readonly name = 'AuditSeals1765030000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      -- A table of its own: the release before this one adds entries without seals, and an entry itself never changes.
      CREATE TABLE audit_seal (
        id bigint PRIMARY KEY,
        late bigint NOT NULL,
        key_id text NOT NULL,
        mac text NOT NULL
      );
      -- Key and mac change when a key is replaced.
      CREATE TRIGGER audit_seal_kept BEFORE DELETE OR UPDATE OF id, late OR TRUNCATE ON audit_seal
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
      ALTER TABLE audit_seal ENABLE ALWAYS TRIGGER audit_seal_kept;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE audit_seal');
  }
}
