import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Long work that an admin asks for: what is to be done, how far it is, and which process works on it. */
export class Jobs1764970000000 implements MigrationInterface {
  readonly name = 'Jobs1764970000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE job (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        kind text NOT NULL,
        status text NOT NULL DEFAULT 'queued',
        params jsonb NOT NULL,
        join_key text,
        total integer,
        done integer NOT NULL DEFAULT 0,
        failed integer NOT NULL DEFAULT 0,
        cursor jsonb,
        error text,
        failures integer NOT NULL DEFAULT 0,
        due_at timestamptz NOT NULL,
        lease_owner uuid,
        lease_until timestamptz,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        started_at timestamptz,
        finished_at timestamptz,
        CONSTRAINT job_status CHECK (status IN ('queued', 'running', 'done', 'failed'))
      );
      -- What is to be done; few rows, whatever was done before.
      CREATE INDEX job_due ON job (due_at) WHERE status IN ('queued', 'running');
      -- Asking again for what is under way joins it.
      CREATE UNIQUE INDEX job_joined ON job (join_key) WHERE status IN ('queued', 'running');
      CREATE INDEX job_created ON job (created_at, id);
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE job');
  }
}
