/** What the commands that run checks share: progress while they run, table or JSON at the end, the exit code. */
import { Check } from '../operations/check';
import { ChecksReport, formatChecks } from '../operations/check-report';
import { nothingBlocks, runChecks } from '../operations/run-checks';
import { EXIT_FAILED } from './exit-codes';
import { print, progress } from './output';

const DEFAULT_WIDTH = 120;

/** Runs the checks and prints their report; sets the exit code 1 when one that blocks has failed. */
export async function runCheckCommand(
  command: string,
  checks: readonly Check[],
  { json, timeoutMs, now, together = false }: { json: boolean; timeoutMs: number; now: Date; together?: boolean },
): Promise<ChecksReport> {
  let done = 0;
  const lines = await runChecks(checks, {
    timeoutMs,
    together,
    // Checks that run together have all begun at once: what says how far they are is their end.
    ...(together
      ? { onLine: ({ title, result }) => progress(`[${(done += 1)}/${checks.length}] ${title}: ${result}`) }
      : { onStart: (check, index, total) => progress(`[${index + 1}/${total}] ${check.title}`) }),
  });
  const report: ChecksReport = { command, startedAt: now.toISOString(), ok: nothingBlocks(lines), checks: lines };
  const text = { colors: Boolean(process.stdout.isTTY), width: process.stdout.columns ?? DEFAULT_WIDTH };
  print(json ? JSON.stringify(report, null, 2) : formatChecks(report, text));
  if (!report.ok) process.exitCode = EXIT_FAILED;
  return report;
}
