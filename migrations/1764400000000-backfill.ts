import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Walks through the Responses API: what was asked for, how far each has come, and who works on it. */
export class Backfill1764400000000 implements MigrationInterface {
  readonly name = 'Backfill1764400000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE backfill_run (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        form_id text NOT NULL,
        since timestamptz,
        until timestamptz,
        gapless boolean NOT NULL,
        trigger text NOT NULL,
        status text NOT NULL DEFAULT 'queued',
        response_type text NOT NULL DEFAULT 'completed',
        cursor text,
        seen integer NOT NULL DEFAULT 0,
        recovered integer NOT NULL DEFAULT 0,
        duplicates integer NOT NULL DEFAULT 0,
        error text,
        failures integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz,
        revision integer NOT NULL DEFAULT 0,
        lease_owner uuid,
        lease_until timestamptz,
        created_at timestamptz NOT NULL,
        started_at timestamptz,
        finished_at timestamptz,
        CONSTRAINT backfill_run_trigger CHECK (trigger IN ('admin', 'initial', 'start', 'repair', 'daily')),
        CONSTRAINT backfill_run_status CHECK (status IN ('queued', 'running', 'done', 'failed')),
        CONSTRAINT backfill_run_response_type CHECK (response_type IN ('completed', 'partial'))
      );
      -- One walk per form at a time, over all replicas; also the list of what is to be done.
      CREATE UNIQUE INDEX backfill_run_active ON backfill_run (form_id) WHERE status IN ('queued', 'running');
      CREATE INDEX backfill_run_form_started ON backfill_run (form_id, started_at);
      CREATE INDEX backfill_run_created ON backfill_run (created_at, id);
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE backfill_run');
  }
}
