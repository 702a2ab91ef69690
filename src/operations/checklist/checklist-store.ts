/** The state of a checklist as a command sees it: the copy in its file, and the one in the database that the console shows. */
import { dirname } from 'node:path';
import { mkdirSync } from 'node:fs';
import type { ChecklistRepository } from './checklist.repository';
import { ChecklistState, newDeployment, parseState } from './checklist-state';
import { mergeStates } from './merge-states';
import { readState, writeState } from './state-file';

/**
 * Runs something on the checklists of the database. Undefined when there is no database or it cannot be used: then the file alone
 * counts, and the next command that reaches the database merges both.
 */
export type WithDatabase = <T>(work: (checklists: ChecklistRepository) => Promise<T>) => Promise<T | undefined>;

type Change = (state: ChecklistState) => ChecklistState;

export class ChecklistStore {
  constructor(
    private readonly path: string,
    private readonly withDatabase: WithDatabase,
  ) {}

  /**
   * Both copies as one. Without a file the deployment that was started last, unless `version` says that it must be of that version.
   * Null when there is none. Changes nothing. Throws when the file is damaged.
   */
  async read({ version }: { version?: string } = {}): Promise<ChecklistState | null> {
    const file = readState(this.path);
    const shared = (await this.withDatabase((checklists) => checklists.find(file ?? 'latest'))) ?? null;
    if (file !== null) return shared === null ? file : mergeStates(file, shared);
    return version === undefined || shared?.version === version ? shared : null;
  }

  /** Merges both copies, then changes them; without a file the deployment that was started last. Throws when there is none. */
  async update(change: Change): Promise<ChecklistState> {
    const known = await this.read();
    if (known === null)
      throw new Error(
        `there is no state file ${this.path}: create one with checklist start, or choose another with --state`,
      );
    // Before anything is stored: an invalid state throws here.
    const alone = parseState(change(known));
    const shared = await this.withDatabase((checklists) =>
      checklists.change(known, (kept) => change(kept === null ? known : mergeStates(known, kept))),
    );
    const changed = shared ?? alone;
    this.write(changed);
    return changed;
  }

  /** The state to continue with: that of this version's deployment, or of the one in the file; otherwise a new one. */
  async begin(version: string, now: Date): Promise<ChecklistState> {
    const known = await this.read({ version });
    const begun = known ?? newDeployment(version, now);
    if (known === null) await this.start(begun);
    else this.write(begun);
    return begun;
  }

  /** Keeps a state that is new, or one of another deployment than the file holds. */
  async start(state: ChecklistState): Promise<void> {
    await this.withDatabase((checklists) => checklists.change(state, () => state));
    this.write(state);
  }

  private write(state: ChecklistState): void {
    mkdirSync(dirname(this.path), { recursive: true });
    writeState(this.path, state);
  }
}
