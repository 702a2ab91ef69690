/** What the commands that run checks share: progress while they run, table or JSON at the end, the exit code. */
import { Check } from '../operations/check';
import { ChecksReport, formatChecks } from '../operations/check-report';
import { nothingBlocks, runChecks } from '../operations/run-checks';
import { EXIT_FAILED } from './exit-codes';
import { print, progress, textOptions } from './output';

/** Runs the checks and prints their report; sets the exit code 1 when one that blocks has failed. */
export async function runCheckCommand(
  command: string,
  checks: readonly Check[],
  { json, timeoutMs, now }: { json: boolean; timeoutMs: number; now: Date },
): Promise<ChecksReport> {
  const lines = await runChecks(checks, {
    timeoutMs,
    onStart: (check, index, total) => progress(`[${index + 1}/${total}] ${check.title}`),
  });
  const report: ChecksReport = { command, startedAt: now.toISOString(), ok: nothingBlocks(lines), checks: lines };
  print(json ? JSON.stringify(report, null, 2) : formatChecks(report, textOptions()));
  if (!report.ok) process.exitCode = EXIT_FAILED;
  return report;
}
