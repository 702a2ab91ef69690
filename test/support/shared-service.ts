/** A service that the tests of a file share. */
import { forgetRecords } from './database';
import { eventually, type TestApp } from './test-app';

/** Leaves it as it was before a test, once what the test has begun is over. */
export async function forgetEverything(app: TestApp): Promise<void> {
  const { pool } = app.database;
  await eventually(async () => {
    const { rows } = await pool.query(`SELECT FROM backfill_run WHERE status = 'running'`);
    return rows.length === 0;
  }, 'no back-fill is running');
  await app.settled();
  await forgetRecords(app.database);
  await pool.query(
    `DELETE FROM backfill_run; DELETE FROM completeness_check; DELETE FROM erased_response; DELETE FROM typeform_response;
     DELETE FROM typeform_response_day; DELETE FROM webhook; DELETE FROM onboarding_form`,
  );
}
