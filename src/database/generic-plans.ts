import type { SqlRunner } from './sql-runner';

/**
 * Runs statements that have one sensible plan, whatever their parameters and the statistics: it is made once for a connection. So are those
 * of the checks of foreign keys, which `force_custom_plan` makes anew for each row. Both look rows up in an index. In a transaction only:
 * when `work` fails, its end restores the settings.
 */
export async function withGenericPlans(sql: SqlRunner, work: () => Promise<void>): Promise<void> {
  const [before] = await sql.query<{ mode: string; seqscan: string }[]>(
    `SELECT mode, seqscan, set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)
       FROM (SELECT current_setting('plan_cache_mode') AS mode, current_setting('enable_seqscan') AS seqscan OFFSET 0) AS before`,
  );
  await work();
  await sql.query(`SELECT set_config('plan_cache_mode', $1, true), set_config('enable_seqscan', $2, true)`, [
    before?.mode,
    before?.seqscan,
  ]);
}
