import type { MigrationInterface, QueryRunner } from 'typeorm';
import { sqlOfMigration, tablesMadeBy } from './migration-sql';

class TwoStatements implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE first (
        id integer
      );
    `);
    await runner.query('CREATE TABLE IF NOT EXISTS "second" (id integer)');
  }
  down = (): Promise<void> => Promise.resolve();
}

class MoreThanSql extends TwoStatements {
  override async up(runner: QueryRunner): Promise<void> {
    await runner.query('SELECT 1');
    await runner.dropTable('first');
  }
}

describe('sqlOfMigration', () => {
  it('writes down what would be sent, without the indentation of the program', async () => {
    const sql = await sqlOfMigration(TwoStatements);
    expect(sql).toBe(
      '-- TwoStatements\nCREATE TABLE first (\n  id integer\n);\nCREATE TABLE IF NOT EXISTS "second" (id integer)',
    );
    expect(tablesMadeBy(sql)).toEqual(['first', 'second']);
  });

  it('says where a migration does more than send SQL', async () => {
    expect(await sqlOfMigration(MoreThanSql)).toBe(
      '-- MoreThanSql\nSELECT 1\n-- it uses more than SQL (dropTable): read the rest in the file of the migration',
    );
  });
});
