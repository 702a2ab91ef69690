import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The pace of calls to Typeform: the one row that all replicas take turns by, and what was sent. */
export class TypeformCalls1764200000000 implements MigrationInterface {
  readonly name = 'TypeformCalls1764200000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE typeform_pace (
        id smallint PRIMARY KEY,
        next_free_at timestamptz NOT NULL,
        refusals integer NOT NULL DEFAULT 0,
        first_waiter uuid,
        first_interactive boolean,
        first_since timestamptz,
        first_until timestamptz,
        CONSTRAINT typeform_pace_single CHECK (id = 1)
      );
      INSERT INTO typeform_pace (id, next_free_at) VALUES (1, clock_timestamp());

      CREATE TABLE typeform_call (
        id uuid PRIMARY KEY,
        sent_at timestamptz NOT NULL,
        operation text NOT NULL,
        priority text NOT NULL,
        waited_ms integer NOT NULL,
        status smallint,
        duration_ms integer,
        CONSTRAINT typeform_call_priority CHECK (priority IN ('interactive', 'background'))
      );
      CREATE INDEX typeform_call_sent ON typeform_call (sent_at);
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE typeform_call;
      DROP TABLE typeform_pace;
    `);
  }
}
