/** What the commands that run checks share: progress while they run, table or JSON at the end, the exit code. */
import { Check, CheckLine, wordOf } from '../operations/check';
import { ChecksReport, formatChecks } from '../operations/check-report';
import { nothingBlocks, runChecks } from '../operations/run-checks';
import { EXIT_FAILED } from './exit-codes';
import { print, progress, textOptions } from './output';

export interface CheckCommandOptions {
  json: boolean;
  timeoutMs: number;
  now: Date;
  /** For independent checks. */
  together?: boolean;
  /** Sorts the lines of the report, for checks that do not run in the report's order. */
  inOrder?: (lines: readonly CheckLine[]) => CheckLine[];
}

/** Runs the checks and prints their report; sets exit code 1 unless every blocking check has passed. */
export async function runCheckCommand(
  command: string,
  checks: readonly Check[],
  { json, timeoutMs, now, together = false, inOrder = (lines) => [...lines] }: CheckCommandOptions,
): Promise<ChecksReport> {
  let done = 0;
  const run = await runChecks(checks, {
    timeoutMs,
    together,
    // Checks that run together all start at the same time, so progress is reported as they end.
    ...(together
      ? { onLine: (line) => progress(`[${(done += 1)}/${checks.length}] ${line.title}: ${wordOf(line)}`) }
      : { onStart: (check, index, total) => progress(`[${index + 1}/${total}] ${check.title}`) }),
  });
  const lines = inOrder(run);
  const report: ChecksReport = { command, startedAt: now.toISOString(), ok: nothingBlocks(lines), checks: lines };
  print(json ? JSON.stringify(report, null, 2) : formatChecks(report, textOptions()));
  if (!report.ok) process.exitCode = EXIT_FAILED;
  return report;
}
