/** A gate's decision for people. */
import Table from 'cli-table3';
import pico from 'picocolors';
import { counted } from '../../core/counted';
import type { GateReport, Verdict } from './release-gate';
import type { TextOptions } from '../check-report';

/** One line: the verdict so far, and the criteria that are not met. */
export function gateProgress({ verdict, criteria, window, problem }: GateReport): string {
  return `after ${window.seconds} s: ${verdict} (${problem ?? (unmet(criteria) || 'every criterion is met')})`;
}

/** A table of the criteria and the verdict below it. */
export function formatGate({ verdict, criteria, window, problem }: GateReport, { colors, width }: TextOptions): string {
  const paint = pico.createColors(colors);
  const colour: Record<Verdict, (text: string) => string> = {
    promote: paint.green,
    hold: paint.yellow,
    rollback: paint.red,
  };
  const fixed = 12 + 22 + 34;
  const table = new Table({
    head: ['', 'criterion', 'threshold', 'seen'].map((name) => paint.bold(name)),
    colWidths: [12, 22, 34, Math.max(40, width - fixed - 5)],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { id, verdict: own, threshold, evidence } of criteria) {
    table.push([colour[own](own), id, threshold, evidence]);
  }
  const { seconds, source, reads, missed } = window;
  const readings = `${counted(reads, 'reading')}, ${missed === 0 ? 'none' : missed} failed`;
  const seen = `${seconds} s of ${source}: ${readings}`;
  const why = problem ?? unmet(criteria);
  return `${table.toString()}\ngate: ${colour[verdict](verdict)}${why && `: ${why}`} (${seen})\n`;
}

/** The criteria that are not met; empty when all are. */
function unmet(criteria: GateReport['criteria']): string {
  return criteria
    .filter(({ verdict }) => verdict !== 'promote')
    .map(({ id }) => id)
    .join(', ');
}
