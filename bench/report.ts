import { isMet, ScenarioResult, Table, Threshold } from './thresholds';

/** The results of a run, for people. */
export function formatReport(results: readonly ScenarioResult[]): string {
  const thresholds = results.flatMap((result) => result.thresholds);
  const tables = results.flatMap((result) => result.tables);
  return [...tables, thresholdTable(thresholds)].map(formatTable).join('\n');
}

function thresholdTable(thresholds: readonly Threshold[]): Table {
  return {
    title: 'Thresholds',
    rows: [
      ['', 'measured', 'demanded', ''],
      ...thresholds.map((threshold) => [
        threshold.name,
        `${formatNumber(threshold.measured)} ${threshold.unit}`,
        `${threshold.rule === 'below' ? '<' : '>='} ${threshold.bound} ${threshold.unit}`,
        isMet(threshold) ? 'met' : 'MISSED',
      ]),
    ],
  };
}

export function formatTable({ title, rows }: Table): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? formatNumber(cell) : cell)));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  return `${title}\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}

function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
