/** Check lines for people (a table; colours on a terminal only) and for machines (JSON). */
import Table from 'cli-table3';
import pico from 'picocolors';
import { counted } from '../core/counted';
import { CheckLine, wordOf } from './check';

/** What `--json` prints: `ok` is false when a blocking check failed or was skipped. */
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
    head: ['', 'check', 'finding', 'what to do'].map((name) => paint.bold(name)),
    colWidths: columnWidths(checks, width),
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const line of checks) {
    const word = wordOf(line);
    table.push([paint[COLOURS[word]](word), line.id, line.evidence, line.remedy ?? '']);
  }
  const count = (word: Word): number => checks.filter((line) => wordOf(line) === word).length;
  const nothing = ok && count('skipped') === checks.length;
  const verdict = nothing
    ? paint.yellow(`${command}: nothing was checked`)
    : ok
      ? paint.green(`${command}: passed`)
      : paint.red(`${command}: failed`);
  const parts = [`${count('pass')} passed`, `${count('fail')} failed`, counted(count('warn'), 'warning')];
  const summary = [...parts, `${count('skipped')} skipped`].join(', ');
  const details = checks.flatMap((line) => (line.details === undefined ? [] : `${line.id}:\n${line.details}\n\n`));
  return `${table.toString()}\n${details.join('')}${verdict} (${summary})\n`;
}

export interface TextOptions {
  colors: boolean;
  width: number;
}

type Word = ReturnType<typeof wordOf>;

const COLOURS = { pass: 'green', fail: 'red', warn: 'yellow', skipped: 'cyan' } as const satisfies Record<Word, string>;

function columnWidths(checks: readonly CheckLine[], width: number): number[] {
  const PADDING = 2;
  const mark = 'skipped'.length + PADDING;
  const id = Math.max('check'.length, ...checks.map((line) => line.id.length)) + PADDING;
  const BORDERS = 5;
  const rest = Math.max(60, width - mark - id - BORDERS);
  const evidence = Math.ceil(rest * 0.55);
  return [mark, id, evidence, rest - evidence];
}
