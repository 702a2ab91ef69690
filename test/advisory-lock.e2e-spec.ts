/** Work that one process does at a time: what becomes of its errors. */
import { DataSource } from 'typeorm';
import { withAdvisoryLock } from '../src/database/advisory-lock';
import { dataSourceOptions } from '../src/database/data-source-options';
import { createTestDatabase, type TestDatabase } from './support/database';

let database: TestDatabase;
let dataSource: DataSource;
beforeEach(async () => {
  database = await createTestDatabase();
  dataSource = await new DataSource(dataSourceOptions(database.url, 2)).initialize();
});
afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

const endHolder = () =>
  database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );

it('an error of the work reaches the caller, even if the connection that holds the lock is lost', async () => {
  const work = async () => {
    await endHolder();
    throw new Error('the disk is full');
  };
  await expect(withAdvisoryLock(dataSource, 'checklist', work)).rejects.toThrow('the disk is full');
});

it('work whose lock is lost meanwhile does not count as done', async () => {
  await expect(withAdvisoryLock(dataSource, 'checklist', endHolder)).rejects.toThrow();
});
