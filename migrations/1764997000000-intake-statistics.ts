import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Webhook requests per minute of all processes, by outcome and, if acknowledged, by the class of their latency. */
export class IntakeStatistics1764997000000 implements MigrationInterface {
  readonly name = 'IntakeStatistics1764997000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE intake_minute (
        minute timestamptz NOT NULL,
        outcome text NOT NULL,
        -- -1: not acknowledged
        latency_class smallint NOT NULL,
        requests bigint NOT NULL,
        PRIMARY KEY (minute, outcome, latency_class)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE intake_minute');
  }
}
