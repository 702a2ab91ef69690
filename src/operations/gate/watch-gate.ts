/** Watches the metrics for a window and decides about the release. */
import { setTimeout as delay } from 'node:timers/promises';
import type { WindowFigures } from './gate-window';
import { decideRelease, GateReport, Observation, worst } from './release-gate';
import type { Clock } from '../../database/clock';
import type { GateSource } from './gate-source';

export interface GateOptions {
  source: GateSource;
  windowMs: number;
  intervalMs: number;
  /** Judges immediately, by the past window (Prometheus) or by everything since the process started (its own metrics). */
  once: boolean;
  expectThroughput: number | null;
  /** Figures of an earlier gate to compare with, instead of the source's own earlier window. */
  baseline: WindowFigures | null;
  clock: Clock;
  /** Ends the watch early: what was seen so far is judged, but not promoted. */
  signal?: AbortSignal;
  /** Called with the decision so far after every reading but the last. */
  onProgress?: (report: GateReport) => void;
}

/**
 * Reads immediately and then every interval until the window is over, at least twice: a single reading says nothing about a window, however
 * long it took. Ends early only to roll back. Never throws: metrics that cannot be read mean `hold`.
 */
export async function watchGate(options: GateOptions): Promise<GateReport> {
  const { source, clock, windowMs, intervalMs, once, baseline, expectThroughput, signal } = options;
  const from = clock.now();
  const reads = { made: 0, missed: 0 };
  for (;;) {
    const elapsedMs = clock.now().getTime() - from.getTime();
    const seen = await look(source, (once ? windowMs : elapsedMs) / 1000, signal);
    reads.made += 1;
    if (seen.problem !== null) reads.missed += 1;
    const comparison = baseline && seen.window ? { before: baseline, after: seen.window } : seen.comparison;
    const decision = decideRelease({ window: seen.window, reads, comparison, expectThroughput });
    const to = clock.now();
    const window = {
      source: source.description,
      from: from.toISOString(),
      to: to.toISOString(),
      seconds: Math.round((seen.window?.seconds ?? 0) * 10) / 10,
      reads: reads.made,
      missed: reads.missed,
    };
    const report = { ...decision, window, figures: seen.window, problem: seen.problem };
    const remainingMs = from.getTime() + windowMs - to.getTime();
    if (signal?.aborted) return { ...report, verdict: worst([report.verdict, 'hold']), problem: 'interrupted' };
    const over = remainingMs <= 0 && reads.made > 1;
    if (once || over || report.verdict === 'rollback') return report;
    options.onProgress?.(report);
    await delay(Math.max(0, Math.min(intervalMs, remainingMs)), undefined, { signal }).catch(() => undefined);
  }
}

interface Seen extends Pick<Observation, 'window' | 'comparison'> {
  problem: string | null;
}

async function look(source: GateSource, seconds: number, signal?: AbortSignal): Promise<Seen> {
  try {
    return { ...(await source.observe(seconds, signal)), problem: null };
  } catch (error) {
    return { window: null, comparison: null, problem: error instanceof Error ? error.message : 'unknown error' };
  }
}
