/** The lines of a checklist as a table: how each is answered and how it stands. */
import Table from 'cli-table3';
import pico from 'picocolors';
import type { TextOptions } from '../check-report';
import type { LineReport } from './checklist-report';

/** One row per line; colours only on request. */
export function formatList(lines: readonly LineReport[], { colors, width }: TextOptions): string {
  const paint = pico.createColors(colors);
  const painted = { passed: paint.green, failed: paint.red, open: paint.yellow, 'not applicable': paint.dim };
  const table = new Table({
    head: ['', 'id', 'line', 'answered by'].map((name) => paint.bold(name)),
    colWidths: columnWidths(lines, width),
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { id, text, status, ...line } of lines) {
    table.push([painted[status](status), id, text, answerOf({ id, ...line })]);
  }
  return table.toString();
}

/** What answers a line, in words. */
export function answerOf({ id, answeredBy, checks }: Pick<LineReport, 'id' | 'answeredBy' | 'checks'>): string {
  if (answeredBy === 'field') return `checklist set ${id} <value>`;
  if (answeredBy === 'manual') return 'signature';
  return `${checks.join(', ')}${answeredBy === 'assisted' ? ' + signature' : ''}`;
}

function columnWidths(lines: readonly LineReport[], width: number): number[] {
  const PADDING = 2;
  const BORDERS = 5;
  const status = 'not applicable'.length + PADDING;
  const id = Math.max('id'.length, ...lines.map((line) => line.id.length)) + PADDING;
  const rest = Math.max(60, width - status - id - BORDERS);
  const text = Math.ceil(rest * 0.5);
  return [status, id, text, rest - text];
}
