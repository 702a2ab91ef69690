/** Runs the checks that the lines of some phases need, and saves the findings after each runner, so an interruption loses nothing. */
import type { CheckLine } from '../check';
import { nothingBlocks } from '../run-checks';
import { withFindings } from './checklist-changes';
import type { Phase } from './checklist-line';
import type { ChecklistState } from './checklist-state';
import { OfferedRunner, runnersNeeded, runOrFail } from './runner';

export interface PhaseRun {
  phases: readonly Phase[];
  runners: readonly OfferedRunner[];
  now: () => Date;
  signal: AbortSignal;
  /** Changes the stored state. */
  update: (change: (state: ChecklistState) => ChecklistState) => Promise<unknown>;
  /** Removes secrets from the findings, including any that a runner let through. */
  redact: (text: string) => string;
  log: (line: string) => void;
}

/** Throws when the signal is aborted. A runner that lacks something is skipped with a message; its lines keep their findings. */
export async function runPhases({ phases, runners, now, signal, update, redact, log }: PhaseRun): Promise<void> {
  const needed = runnersNeeded(phases);
  for (const runner of runners.filter(({ name }) => needed.has(name))) {
    if ('missing' in runner) {
      log(`${runner.name}: not run, ${runner.missing}`);
      continue;
    }
    log(`${runner.name}: running`);
    const found = (await runOrFail(runner, signal)).map((line) => redacted(line, redact));
    signal.throwIfAborted();
    await update((state) => withFindings(state, { runner: runner.name, found, phases, now: now() }));
    const passed = found.filter(({ result }) => result === 'pass').length;
    const blocking = found.filter((line) => !nothingBlocks([line]));
    const which = blocking.length === 0 ? '' : `; these block: ${blocking.map(({ id }) => id).join(', ')}`;
    log(`${runner.name}: ${passed} of ${found.length} passed${which}`);
    for (const { id, evidence } of blocking) log(`  ${id}: ${evidence}`);
  }
}

/** Without secrets. */
export function redacted(line: CheckLine, redact: (text: string) => string): CheckLine {
  return { ...line, evidence: redact(line.evidence), remedy: line.remedy === null ? null : redact(line.remedy) };
}
