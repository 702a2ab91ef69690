/** Checklist, "Immediate Checks": started, no errors in the log, probes, database. */
import { counted } from '../../core/counted';
import { failed, Finding, passed } from '../check';
import type { LinkedCheck } from './link-checks';
import type { VerifyId } from './verify-ids';
import { otherReplica } from './common-findings';
import { jsonOf, VerifyRun } from './verify-run';

const ERROR_LINES = 'onboarding_log_lines_total';

export function serviceChecks(run: VerifyRun): LinkedCheck<VerifyId>[] {
  return [
    {
      id: 'service.started',
      title: 'the service answers',
      severity: 'block',
      needs: [],
      run: (signal) => started(run, signal),
    },
    {
      id: 'service.health',
      title: 'the probes answer 200',
      severity: 'block',
      needs: ['service.started'],
      run: (signal) => probes(run, signal),
    },
    {
      id: 'service.database',
      title: 'the service reaches its database',
      severity: 'block',
      needs: ['service.started'],
      run: (signal) => database(run, signal),
    },
  ];
}

export function logErrorsCheck(run: VerifyRun): LinkedCheck<VerifyId> {
  return {
    id: 'service.log-errors',
    title: 'no errors are logged during the checks',
    severity: 'block',
    needs: ['service.started'],
    run: (signal) => logErrors(run, signal),
  };
}

/** Also records the current metrics, which later ones are compared with. */
async function started(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const { managementUrl } = run.target;
  const notThere = 'start the service, or correct --url and --management-url';
  try {
    const { status } = await run.management('/health/live', signal);
    if (status === 404)
      return failed(`${managementUrl}/health/live answered 404`, `${probesElsewhere}; or correct --url (without /v1)`);
    if (status !== 200) return failed(`${managementUrl}/health/live answered ${status}`, notThere);
  } catch (error) {
    return failed(error instanceof Error ? error.message : 'unknown error', notThere);
  }
  run.metricsBefore = await run.metrics(signal).catch(() => null);
  const since = run.metricsBefore?.startedAt;
  return passed(since ? `alive, started at ${new Date(since * 1000).toISOString()}` : 'alive');
}

const probesElsewhere =
  'pass the address of MANAGEMENT_PORT with --management-url: probes and metrics are served only there';

async function probes(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const bad: string[] = [];
  for (const probe of ['live', 'ready', 'startup']) {
    const answer = await run.management(`/health/${probe}`, signal);
    if (answer.status === 200) continue;
    const parts = Object.keys(jsonOf(answer).error ?? {}).join(', ');
    bad.push(`${probe} ${answer.status}${parts && ` (${parts})`}`);
  }
  if (bad.length === 0) return passed('live, ready and startup answer 200');
  return failed(bad.join('; '), 'fix the part named here: database, migrations (run migrate) or shutdown');
}

async function database(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const answer = await run.management('/health/ready', signal);
  const details = jsonOf(answer).details as Record<string, { status?: string; message?: unknown }> | undefined;
  const state = details?.database;
  if (state?.status === 'up') return passed('readiness reports that the database is up and accepts writes');
  const why = typeof state?.message === 'string' ? `: ${state.message}` : '';
  return failed(
    `readiness answered ${answer.status}, database ${state?.status ?? 'not mentioned'}${why}`,
    'check DATABASE_URL, the network to PostgreSQL and PostgreSQL itself, which must not be a standby',
  );
}

async function logErrors(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const before = run.metricsBefore;
  if (!before) return failed('the metrics could not be read at the start', probesElsewhere);
  const { metrics, same } = await run.metricsAgain(before, signal);
  const count = ({ metrics: of } = before): number | null => of.sum(ERROR_LINES, { level: 'error' });
  const now = metrics.sum(ERROR_LINES, { level: 'error' });
  if (now === null)
    return failed(`${ERROR_LINES}{level="error"} is missing`, 'deploy a version that counts its log lines');
  if (!same) return otherReplica(`one of them has logged ${counted(now, 'error')} since it started`);
  const lines = now - (count() ?? 0);
  if (lines <= 0) return passed(`no errors logged since verify started; ${now} since the process started`);
  return failed(`${counted(lines, 'error')} logged since verify started`, 'read the log lines with level error');
}
