/** Queues events again by filter, as a job: for large numbers, or on request. */
import { Injectable, OnModuleInit } from '@nestjs/common';
import { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { AuditLog, Author } from '../audit/audit-log';
import type { ChunkOptions, JobHandler, JobStep } from '../jobs/job-handler';
import { JobRunner } from '../jobs/job-runner';
import type { Job } from '../jobs/job.entity';
import type { JobReference } from '../jobs/jobs.dto';
import { JobsService } from '../jobs/jobs.service';
import type { ReplayFilter } from './deliveries.dto';
import { DeliveriesRepository, REPLAY_CHUNK } from './deliveries.repository';
import { InboxSignal } from './inbox-signal';
import { EVENT_SOURCES, EVENT_STATUSES, QUARANTINE_REASONS } from './webhook-event.entity';

/** `until`: events received later are left alone, or a job might never end. */
const Params = z.object({
  filter: z.object({
    status: z.array(z.enum(EVENT_STATUSES)).optional(),
    quarantinedFor: z.enum(QUARANTINE_REASONS).optional(),
    formId: z.string().optional(),
    token: z.string().optional(),
    source: z.enum(EVENT_SOURCES).optional(),
    since: z.string().optional(),
    until: z.string().optional(),
  }),
  until: z.coerce.date(),
});
/** The position of the last event processed; null: none yet. */
const Cursor = z.object({ place: z.object({ at: z.string(), id: z.string() }).nullable() });

interface WantedReplay {
  filter: ReplayFilter;
  until: Date;
  reason: string | undefined;
}

@Injectable()
export class ReplayJob implements JobHandler, OnModuleInit {
  readonly kind = 'replay';
  readonly chunkSize = REPLAY_CHUNK;
  readonly changes = ['deliveries'] as const;

  constructor(
    private readonly dataSource: DataSource,
    private readonly repository: DeliveriesRepository,
    private readonly signal: InboxSignal,
    private readonly jobs: JobsService,
    private readonly runner: JobRunner,
    private readonly audit: AuditLog,
  ) {}

  onModuleInit(): void {
    this.runner.register(this);
  }

  /** Queues the job with its audit entry, and returns immediately. */
  async start({ filter, until, reason }: WantedReplay, by: Author): Promise<JobReference> {
    const jobId = await this.dataSource.transaction(async (manager) => {
      const wanted = { kind: this.kind, params: { filter, until }, joinKey: null } as const;
      const { id } = await this.jobs.request(manager, wanted, by);
      const details = { filter, receivedUntil: until, jobId: id, ...(reason === undefined ? {} : { reason }) };
      await this.audit.record(manager, {
        ...by,
        action: 'deliveries.replayed',
        subject: filter.formId ?? '*',
        details,
      });
      return id;
    });
    this.jobs.started();
    return { jobId };
  }

  /** Counts the events that can be processed again: one without its body cannot. */
  async begin(manager: EntityManager, job: Job): Promise<{ total: number; cursor: z.input<typeof Cursor> }> {
    const { filter, until } = Params.parse(job.params);
    const { queued } = await this.repository.countPatiently(manager, filter, until);
    return { total: queued, cursor: { place: null } };
  }

  async advance(manager: EntityManager, job: Job, { limit, skip }: ChunkOptions): Promise<JobStep> {
    const { filter, until } = Params.parse(job.params);
    const { place } = Cursor.parse(job.cursor);
    const { eventIds, last } = await this.repository.nextMatching(manager, filter, until, place, limit);
    if (!last) return { next: 'end' };
    const cursor: z.input<typeof Cursor> = { place: last };
    if (skip) return { next: 'chunk', cursor, done: 0, failed: eventIds.length };
    const queued = await this.repository.requeue(manager, eventIds);
    return { next: 'chunk', cursor, done: queued, failed: 0 };
  }

  committed(): void {
    this.signal.appended();
  }
}
