import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The production checklist of each deployment. */
export class DeploymentChecklist1765060000000 implements MigrationInterface {
  readonly name = 'DeploymentChecklist1765060000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE deployment_checklist (
        deployment text NOT NULL,
        started_at timestamptz NOT NULL,
        state jsonb NOT NULL,
        PRIMARY KEY (deployment, started_at)
      )
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE deployment_checklist');
  }
}
