/** Check lines for people (a table; colours on a terminal only) and for machines (JSON). */
import Table from 'cli-table3';
import pico from 'picocolors';
import type { CheckLine } from './check';

/** What `--json` prints: `ok` is false when a blocking check failed. */
export interface ChecksReport {
  command: string;
  startedAt: string;
  ok: boolean;
  checks: CheckLine[];
}

/** A table of the lines, and one sentence that sums them up. `width` is that of the terminal in columns. */
export function formatChecks({ command, ok, checks }: ChecksReport, { colors, width }: TextOptions): string {
  const paint = pico.createColors(colors);
  const table = new Table({
    head: ['', 'check', 'found', 'what to do'].map((name) => paint.bold(name)),
    colWidths: columnWidths(checks, width),
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const line of checks) {
    const mark = line.result === 'pass' ? paint.green('pass') : markOfFailure(line, paint);
    table.push([mark, line.id, line.evidence, line.remedy ?? '']);
  }
  const count = (wanted: (line: CheckLine) => boolean): number => checks.filter(wanted).length;
  const blocking = count(({ result, severity }) => result === 'fail' && severity === 'block');
  const warnings = count(({ result, severity }) => result === 'fail' && severity === 'warn');
  const passed = count(({ result }) => result === 'pass');
  const verdict = ok ? paint.green(`${command}: good`) : paint.red(`${command}: not good`);
  const details = checks.flatMap((line) => (line.details === undefined ? [] : `${line.id}:\n${line.details}\n\n`));
  return `${table.toString()}\n${details.join('')}${verdict}: ${passed} passed, ${blocking} blocking, ${warnings} to know\n`;
}

export interface TextOptions {
  colors: boolean;
  width: number;
}

function markOfFailure({ severity }: CheckLine, paint: ReturnType<typeof pico.createColors>): string {
  return severity === 'block' ? paint.red('FAIL') : paint.yellow('warn');
}

function columnWidths(checks: readonly CheckLine[], width: number): number[] {
  const PADDING = 2;
  const mark = 'pass'.length + PADDING;
  const id = Math.max('check'.length, ...checks.map((line) => line.id.length)) + PADDING;
  const BORDERS = 5;
  const rest = Math.max(60, width - mark - id - BORDERS);
  const evidence = Math.ceil(rest * 0.55);
  return [mark, id, evidence, rest - evidence];
}
