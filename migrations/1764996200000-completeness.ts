import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What Typeform has, by token, as the last check saw it, and the checks themselves. */
export class Completeness1764996200000 implements MigrationInterface {
  readonly name = 'Completeness1764996200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE typeform_response (
        form_id text,
        token text,
        completed boolean NOT NULL,
        at timestamptz,
        check_id uuid NOT NULL,
        fate text NOT NULL,
        PRIMARY KEY (form_id, token),
        CONSTRAINT typeform_response_fate CHECK (fate IN ('received', 'recovered', 'failed', 'erased', 'missing'))
      ) WITH (fillfactor = 80);
      -- What may still arrive, or be processed.
      CREATE INDEX typeform_response_open ON typeform_response (form_id) WHERE fate IN ('missing', 'failed');
      CREATE INDEX typeform_response_at ON typeform_response (form_id, at);

      CREATE TABLE completeness_check (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        form_id text NOT NULL,
        since timestamptz,
        status text NOT NULL DEFAULT 'queued',
        response_type text NOT NULL DEFAULT 'completed',
        cursor text,
        pages integer NOT NULL DEFAULT 0,
        landmark text,
        seen integer NOT NULL DEFAULT 0,
        missing integer,
        error text,
        failures integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz,
        revision integer NOT NULL DEFAULT 0,
        lease_owner uuid,
        lease_until timestamptz,
        created_at timestamptz NOT NULL,
        started_at timestamptz,
        served_at timestamptz,
        finished_at timestamptz,
        CONSTRAINT completeness_check_status CHECK (status IN ('queued', 'running', 'done', 'failed')),
        CONSTRAINT completeness_check_response_type CHECK (response_type IN ('completed', 'partial'))
      );
      -- One check per form at a time, over all replicas.
      CREATE UNIQUE INDEX completeness_check_active ON completeness_check (form_id) WHERE status IN ('queued', 'running');
      CREATE INDEX completeness_check_form ON completeness_check (form_id, created_at);
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE completeness_check; DROP TABLE typeform_response');
  }
}
