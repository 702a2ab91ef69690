/** Runs checks, one after the other or all together. Each has a time limit; one that throws or exceeds it has failed. */
import { Check, CheckLine, failed, Finding } from './check';

export interface RunOptions {
  /** Per check, unless it sets its own. */
  timeoutMs: number;
  /** Independent checks run at the same time. */
  together?: boolean;
  /** Called with every check before it runs and with its line afterwards. */
  onStart?: (check: Check, index: number, total: number) => void;
  onLine?: (line: CheckLine) => void;
}

/** Returns one line per check, in their order. Never throws. */
export async function runChecks(checks: readonly Check[], options: RunOptions): Promise<CheckLine[]> {
  const run = async (check: Check, index: number): Promise<CheckLine> => {
    options.onStart?.(check, index, checks.length);
    const line = await runCheck(check, check.timeoutMs ?? options.timeoutMs);
    options.onLine?.(line);
    return line;
  };
  if (options.together) return Promise.all(checks.map(run));
  const lines: CheckLine[] = [];
  for (const [index, check] of checks.entries()) lines.push(await run(check, index));
  return lines;
}

/** True when every check that blocks has passed: one that was skipped blocks like one that failed. */
export function nothingBlocks(lines: readonly CheckLine[]): boolean {
  return lines.every(({ severity, result }) => severity !== 'block' || result === 'pass');
}

async function runCheck(check: Check, timeoutMs: number): Promise<CheckLine> {
  const startedAt = performance.now();
  const finding = await findingOf(check, timeoutMs);
  const { result, evidence } = finding;
  const seconds = Math.round(performance.now() - startedAt) / 1000;
  const line = { id: check.id, title: check.title, severity: check.severity, result, evidence, remedy: null, seconds };
  if (finding.result === 'pass') return line;
  const { severity = check.severity, remedy, details } = finding;
  return { ...line, severity, remedy, ...(details === undefined ? {} : { details }) };
}

async function findingOf(check: Check, timeoutMs: number): Promise<Finding> {
  const aborter = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => {
      resolve(
        failed(`no answer within ${timeoutMs / 1000} s`, 'find out whether what is being checked responds at all'),
      );
      aborter.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([(async () => check.run(aborter.signal))(), tooLong]);
  } catch (error) {
    return failed(`the check itself failed: ${messageOf(error)}`, 'fix the cause named here, then run the check again');
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
