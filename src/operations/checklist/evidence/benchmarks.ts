/** Whether the last benchmark run met its thresholds. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { counted } from '../../../core/counted';
import { failed, passed } from '../../check';
import { Evidence, unclear } from './evidence';

const RESULTS = join('bench', 'results', 'latest.json');
const DAY_MS = 86_400_000;

const results = z.object({
  startedAt: z.iso.datetime(),
  quick: z.boolean(),
  thresholds: z.array(
    z.object({ name: z.string(), measured: z.number(), bound: z.number(), unit: z.string(), met: z.boolean() }),
  ),
});

/** A full run that met every threshold; the evidence gives its age. */
export function benchmarkEvidence(projectRoot: string, now: Date): Evidence {
  const path = join(projectRoot, RESULTS);
  return {
    id: 'evidence.benchmarks',
    severity: 'block',
    title: 'benchmarks',
    run: () => {
      if (!existsSync(path)) return unclear(`there is no ${RESULTS} here`, 'run npm run bench on a quiet machine');
      const { startedAt, quick, thresholds } = results.parse(JSON.parse(readFileSync(path, 'utf8')));
      const days = Math.floor((now.getTime() - new Date(startedAt).getTime()) / DAY_MS);
      const met = thresholds.filter((threshold) => threshold.met);
      const evidence = `${met.length} of ${thresholds.length} thresholds met, measured ${startedAt}, ${counted(days, 'day')} ago`;
      if (quick) return unclear(`${evidence}, in a quick run`, 'run npm run bench without --quick');
      const missed = thresholds.filter((threshold) => !threshold.met);
      if (missed.length === 0 && met.length > 0) return passed(evidence);
      const names = missed.map(({ name, measured, bound, unit }) => `${name} ${round(measured)} (${bound} ${unit})`);
      if (missed.length === 0) return unclear(evidence, 'run npm run bench');
      // Ratios to other receivers depend on the machine, so a person judges them. verify and gate measure what a deployment needs.
      return failed(
        [evidence, ...names].join('; '),
        'find out what became slower, or measure on a quiet machine',
        'warn',
      );
    },
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
