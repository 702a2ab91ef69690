import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which processes take webhooks in now, and when none did or webhooks were refused: that is back-filled at once. */
export class IntakeOutages1764996100000 implements MigrationInterface {
  readonly name = 'IntakeOutages1764996100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE intake_process (
        id uuid PRIMARY KEY,
        alive_at timestamptz NOT NULL,
        departed boolean NOT NULL DEFAULT false
      );
      CREATE TABLE intake_outage (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        reason text NOT NULL,
        began_at timestamptz NOT NULL,
        ended_at timestamptz NOT NULL,
        refused integer NOT NULL DEFAULT 0,
        handled_at timestamptz,
        CONSTRAINT intake_outage_reason
          CHECK (reason IN ('absent', 'unavailable', 'rate_limited', 'signature_mismatch', 'error'))
      );
      -- What is still to be back-filled: one row a reason, which grows.
      CREATE UNIQUE INDEX intake_outage_open ON intake_outage (reason) WHERE handled_at IS NULL;
      CREATE INDEX intake_outage_handled ON intake_outage (handled_at);
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE intake_outage; DROP TABLE intake_process');
  }
}
