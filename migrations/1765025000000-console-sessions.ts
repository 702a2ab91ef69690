import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions of the console. */
export class ConsoleSessions1765025000000 implements MigrationInterface {
  readonly name = 'ConsoleSessions1765025000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE console_session (
        token_hash text PRIMARY KEY,
        via text NOT NULL,
        subject text NOT NULL,
        api_key_id uuid,
        name text NOT NULL,
        role text NOT NULL,
        created_at timestamptz NOT NULL,
        last_used_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT console_session_via CHECK (via IN ('key', 'oidc')),
        CONSTRAINT console_session_role CHECK (role IN ('viewer', 'operator', 'admin'))
      );
      CREATE INDEX console_session_subject ON console_session (subject, created_at);
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE console_session');
  }
}
