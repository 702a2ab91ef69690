/** Removes the expired submissions of one form, as a job: in small steps, each of its own transaction, resumed after a crash. */
import { Injectable, OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { AuditLog, Author } from '../audit/audit-log';
import { AppConfig } from '../config/app-config';
import { expiryEdge } from '../core/retention';
import { Clock } from '../database/clock';
import { processingAlone } from '../database/processing-alone';
import type { ChunkOptions, JobHandler, JobStep } from '../jobs/job-handler';
import { JobRunner } from '../jobs/job-runner';
import type { Job } from '../jobs/job.entity';
import { RetentionRepository } from './retention.repository';

export const RETENTION: Author = { actor: { id: 'retention', name: 'retention' }, requestId: null };

/** A job has time: another attempt comes. */
const LOCK_TIMEOUT_MS = 2_000;

const Params = z.object({ formId: z.string() });
/** What was removed so far, and the last response that was looked at. */
const Cursor = z.object({
  responses: z.number(),
  deliveries: z.number(),
  clients: z.number(),
  after: z.object({ at: z.coerce.date(), token: z.string() }).nullable(),
});
type Progress = z.infer<typeof Cursor>;

@Injectable()
export class RetentionJob implements JobHandler, OnModuleInit {
  readonly kind = 'retention';
  /** Processing waits while a chunk is removed. */
  readonly chunkSize = 100;
  readonly changes = ['deliveries', 'responses', 'clients'] as const;
  readonly restMs = 100;

  constructor(
    private readonly config: AppConfig,
    private readonly repository: RetentionRepository,
    private readonly runner: JobRunner,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.runner.register(this);
  }

  async begin(manager: EntityManager, job: Job): Promise<{ total: number; cursor: object }> {
    const { formId } = Params.parse(job.params);
    const before = await this.edge(manager, formId);
    const { count } = before ? await this.repository.olderThan(manager, formId, before) : { count: 0 };
    return { total: count, cursor: { responses: 0, deliveries: 0, clients: 0, after: null } satisfies Progress };
  }

  /** The next expired responses with all that belongs to them; when none is left, events that never became a response. */
  async advance(manager: EntityManager, job: Job, { limit, skip }: ChunkOptions): Promise<JobStep> {
    const { formId } = Params.parse(job.params);
    const progress = Cursor.parse(job.cursor);
    // Read again for each chunk: an admin may have chosen to keep the submissions longer meanwhile.
    const before = await this.edge(manager, formId);
    if (!before) return this.end(manager, formId, progress);
    await processingAlone(manager, LOCK_TIMEOUT_MS);
    const responses = await this.repository.expired(manager, formId, before, progress.after, limit);
    const last = responses.at(-1);
    if (last) {
      const after = { at: last.at, token: last.token };
      if (skip) return { next: 'chunk', cursor: { ...progress, after }, done: 0, failed: responses.length };
      const tokens = responses.map(({ token }) => token);
      const removed = await this.repository.remove(manager, formId, tokens, this.clock.now());
      const cursor = {
        responses: progress.responses + removed.responses,
        deliveries: progress.deliveries + removed.deliveries,
        clients: progress.clients + removed.clients,
        after,
      };
      return { next: 'chunk', cursor, done: removed.responses, failed: 0 };
    }
    const unused = skip ? 0 : await this.repository.removeUnused(manager, formId, before, limit);
    if (unused === 0) return this.end(manager, formId, progress);
    return { next: 'chunk', cursor: { ...progress, deliveries: progress.deliveries + unused }, done: 0, failed: 0 };
  }

  /** What is older is removed: never more than what the edge that back-fill respects covers. */
  private async edge(manager: EntityManager, formId: string): Promise<Date | null> {
    const form = await this.repository.form(manager, formId, this.config.responseRetentionDays);
    const edge = form && expiryEdge(form.days, this.clock.now());
    if (!form?.expiredBefore || !edge) return null;
    return edge < form.expiredBefore ? edge : form.expiredBefore;
  }

  /** The numbers, once for each day and form on which anything was removed. */
  private async end(manager: EntityManager, formId: string, progress: Progress): Promise<JobStep> {
    const { responses, deliveries, clients } = progress;
    if (responses + deliveries > 0) {
      const details = { responses, deliveries, clients };
      await this.audit.record(manager, { ...RETENTION, action: 'retention.removed', subject: formId, details });
    }
    return { next: 'end' };
  }
}
