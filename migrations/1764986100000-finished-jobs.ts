import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds finished jobs that are old enough to be removed. */
export class FinishedJobs1764986100000 implements MigrationInterface {
  readonly name = 'FinishedJobs1764986100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX job_finished');
  }
}
