/** Runs checks, one after the other or all together: each gets its time, and one that throws or takes too long has failed. */
import { Check, CheckLine, failed, Finding } from './check';

export interface RunOptions {
  /** Per check, unless it has a time of its own. */
  timeoutMs: number;
  /** Checks that do not build on each other are run at the same time. */
  together?: boolean;
  /** Told of every check before it runs and of its line afterwards. */
  onStart?: (check: Check, index: number, total: number) => void;
  onLine?: (line: CheckLine) => void;
}

/** Returns one line a check, in their order. Never throws. */
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

/** True when nothing that blocks has failed. */
export function nothingBlocks(lines: readonly CheckLine[]): boolean {
  return lines.every(({ severity, result }) => severity !== 'block' || result === 'pass');
}

async function runCheck(check: Check, timeoutMs: number): Promise<CheckLine> {
  const startedAt = performance.now();
  const finding = await findingOf(check, timeoutMs);
  return {
    id: check.id,
    title: check.title,
    severity: finding.ok ? check.severity : (finding.severity ?? check.severity),
    result: finding.ok ? 'pass' : 'fail',
    evidence: finding.evidence,
    remedy: finding.ok ? null : finding.remedy,
    ...(finding.ok || finding.details === undefined ? {} : { details: finding.details }),
    seconds: Math.round(performance.now() - startedAt) / 1000,
  };
}

async function findingOf(check: Check, timeoutMs: number): Promise<Finding> {
  const aborter = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => {
      resolve(failed(`no answer within ${timeoutMs / 1000} s`, 'look whether what is checked answers at all'));
      aborter.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([(async () => check.run(aborter.signal))(), tooLong]);
  } catch (error) {
    return failed(`the check itself failed: ${messageOf(error)}`, 'mend what the message names and run it again');
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
