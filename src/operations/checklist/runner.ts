/** What runs the checks of the checklist: preflight, verify and gate, and the checklist's own evidence. */
import type { CheckLine } from '../check';
import { CHECK_IDS, RunnerName, runnerOf } from './check-ids';
import { CHECKLIST_LINES } from './checklist-document';
import type { Phase } from './checklist-line';

/** Runs all its checks, whose ids are those of `CHECK_IDS[name]`. May throw: then none of its checks could run. */
export interface Runner {
  readonly name: RunnerName;
  run(signal: AbortSignal): Promise<CheckLine[]>;
}

/** A runner, or what is missing to run it. */
export type OfferedRunner = Runner | { readonly name: RunnerName; readonly missing: string };

/** The runners whose checks the lines of these phases ask for. */
export function runnersNeeded(phases: readonly Phase[]): Set<RunnerName> {
  const asked = CHECKLIST_LINES.filter(({ phase }) => phases.includes(phase));
  return new Set(asked.flatMap(({ line }) => line.checks.map(runnerOf)));
}

/** What a runner found. A runner that could not run fails each of its checks. */
export async function runOrFail(runner: Runner, signal: AbortSignal): Promise<CheckLine[]> {
  try {
    return await runner.run(signal);
  } catch (error) {
    signal.throwIfAborted();
    const evidence = `${runner.name} could not run: ${error instanceof Error ? error.message : 'unknown error'}`;
    const remedy = `run the ${runner.name} command on its own and fix what it reports`;
    return CHECK_IDS[runner.name].map((id) => ({
      id,
      title: id,
      severity: 'block',
      result: 'fail',
      evidence,
      remedy,
      seconds: 0,
    }));
  }
}
