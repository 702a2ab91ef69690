import { execute, type SqlRunner } from './sql-runner';

const SET = `SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)
  FROM (SELECT set_config('typeform_onboarding.plan_cache_mode', current_setting('plan_cache_mode'), true),
               set_config('typeform_onboarding.enable_seqscan', current_setting('enable_seqscan'), true) OFFSET 0) AS kept`;
const RESTORE = `SELECT set_config('plan_cache_mode', current_setting('typeform_onboarding.plan_cache_mode'), true),
  set_config('enable_seqscan', current_setting('typeform_onboarding.enable_seqscan'), true)`;

/**
 * Runs a statement that has one sensible plan, whatever its parameters and the statistics: it is made once for a connection. So are those
 * of the checks of foreign keys, which `force_custom_plan` makes anew for each row. Both look rows up in an index. In a transaction only:
 * when the statement fails, its end restores the settings.
 */
export async function runWithGenericPlan(sql: SqlRunner, statement: string, values: unknown[]): Promise<void> {
  await execute(sql, SET);
  await execute(sql, statement, values);
  await execute(sql, RESTORE);
}
