import { Injectable } from '@nestjs/common';
import { DataSource, EntityManager } from 'typeorm';
import { toStorable } from '../../core/storable';
import { lockUntilCommit } from '../../database/advisory-lock';
import { ChecklistState, parseState } from './checklist-state';

type Which = Pick<ChecklistState, 'deployment' | 'startedAt'>;

/** The checklists of all deployments, where every replica and every command on any machine finds them. */
@Injectable()
export class ChecklistRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The state of one deployment, or of the one that was started last; null when there is none. Throws a ZodError for one of another version. */
  async find(which: Which | 'latest', manager = this.dataSource.manager): Promise<ChecklistState | null> {
    const rows =
      which === 'latest'
        ? await manager.query<{ state: unknown }[]>(
            'SELECT state FROM deployment_checklist ORDER BY started_at DESC, deployment DESC LIMIT 1',
          )
        : await manager.query<{ state: unknown }[]>(
            'SELECT state FROM deployment_checklist WHERE deployment = $1 AND started_at = $2',
            [which.deployment, which.startedAt],
          );
    return rows[0] ? parseState(rows[0].state) : null;
  }

  /**
   * Reads a state, changes it with `work` and stores the result, in one exclusive transaction. If `work` throws, it is rolled back.
   */
  change(
    which: Which | 'latest',
    work: (kept: ChecklistState | null, manager: EntityManager) => Promise<ChecklistState> | ChecklistState,
  ): Promise<ChecklistState> {
    return this.dataSource.transaction(async (manager) => {
      await lockUntilCommit(manager, 'checklist');
      const changed = parseState(await work(await this.find(which, manager), manager));
      await manager.query(
        `INSERT INTO deployment_checklist (deployment, started_at, state) VALUES ($1, $2, $3)
         ON CONFLICT (deployment, started_at) DO UPDATE SET state = EXCLUDED.state`,
        [changed.deployment, changed.startedAt, JSON.stringify(toStorable(JSON.parse(JSON.stringify(changed))))],
      );
      return changed;
    });
  }
}
