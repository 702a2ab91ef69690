import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Author } from '../audit/audit-log';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { toPage } from '../rest/page';
import type { Job, JobKind } from './job.entity';
import { JobRunner } from './job-runner';
import type { JobPage, JobsQuery, JobView } from './jobs.dto';
import { JobsRepository } from './jobs.repository';

/** The work to do. `joinKey`: while a job with the same key is active there is no second one. */
interface JobRequest {
  kind: JobKind;
  params: object;
  joinKey: string | null;
}

const MAX_RACES = 3;

@Injectable()
export class JobsService {
  constructor(
    private readonly repository: JobsRepository,
    private readonly runner: JobRunner,
    private readonly clock: Clock,
  ) {}

  /**
   * Queues a job in the caller's transaction, which records it in the audit log and calls {@link started} after its commit. `joined`: a
   * job with the same key is already active and does it. Once committed, the job proceeds in the background, even if this process dies.
   */
  async request(manager: EntityManager, wanted: JobRequest, by: Author): Promise<{ id: string; joined: boolean }> {
    for (let race = 0; race < MAX_RACES; race += 1) {
      const created = await this.repository.insert(manager, { ...wanted, createdBy: by.actor.name }, this.clock.now());
      if (created !== null) return { id: created, joined: false };
      const active = wanted.joinKey === null ? null : await this.repository.findActive(manager, wanted.joinKey);
      if (active !== null) return { id: active, joined: true };
    }
    throw new Error('jobs with the same key kept starting and ending');
  }

  /** Call it after the commit: this process checks immediately, others within seconds. */
  started(): void {
    this.runner.nudge();
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<JobView> {
    const job = await this.repository.findOne(id);
    if (!job) throw new DomainError('not_found', 'there is no such job');
    return toView(job);
  }

  async list(query: JobsQuery): Promise<JobPage> {
    const rows = await this.repository.list(query);
    return toPage(rows, query.limit, (row) => [row.createdAt, row.id], toView);
  }
}

function toView(job: Job): JobView {
  const { id, kind, status, params, total, done, failed, error, createdBy, createdAt, startedAt, finishedAt } = job;
  return { id, kind, status, params, total, done, failed, error, createdBy, createdAt, startedAt, finishedAt };
}
