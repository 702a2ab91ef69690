/** Reprocesses a form's stored responses with its current settings, as a job: identifiers and clients, from the stored answers. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Injectable, OnModuleInit } from '@nestjs/common';
import { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { AuditLog, Author } from '../../audit/audit-log';
import { Clock } from '../../database/clock';
import { processingAlone } from '../../database/processing-alone';
import type { ChunkOptions, JobHandler, JobStep } from '../../jobs/job-handler';
import { JobRunner } from '../../jobs/job-runner';
import type { Job } from '../../jobs/job.entity';
import type { JobReference } from '../../jobs/jobs.dto';
import { JobsService } from '../../jobs/jobs.service';
import { ClientAssigner } from '../who-is-it/client-assigner';
import { FormPlans } from './form-plans';
import { FormsService } from './forms.service';
import { NeighbourhoodRepository } from '../who-is-it/neighbourhood.repository';
import type { OnboardingForm } from '../onboarding-form.entity';
import { ReprocessRepository } from './reprocess.repository';
import type { ResponseId } from '../stored-response';

const Params = z.object({ formId: z.string() });
/** `settings`: digest of the settings used so far; `after`: token of the last response. */
const Cursor = z.object({ settings: z.string(), after: z.string() });

@Injectable()
export class Reprocessing implements JobHandler, OnModuleInit {
  readonly kind = 'reprocess';
  readonly chunkSize = 100;
  readonly changes = ['responses', 'clients'] as const;

  constructor(
    private readonly dataSource: DataSource,
    private readonly forms: FormsService,
    private readonly repository: ReprocessRepository,
    private readonly plans: FormPlans,
    private readonly neighbourhood: NeighbourhoodRepository,
    private readonly assigner: ClientAssigner,
    private readonly jobs: JobsService,
    private readonly runner: JobRunner,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.runner.register(this);
  }

  /** Queues the job and returns immediately; an active job of the form absorbs the request. Throws `not_found`. */
  async start(formId: string, by: Author): Promise<JobReference> {
    await this.forms.find(formId);
    const wanted = { kind: this.kind, params: { formId }, joinKey: `${this.kind}:${formId}` } as const;
    const { id } = await this.dataSource.transaction(async (manager) => {
      const job = await this.jobs.request(manager, wanted, by);
      const details = { jobId: job.id, joinedActiveJob: job.joined };
      await this.audit.record(manager, { ...by, action: 'form.reprocessed', subject: formId, details });
      return job;
    });
    this.jobs.started();
    return { jobId: id };
  }

  /** From here on every running batch uses the settings of this digest, or newer ones, which restart the job. */
  async begin(manager: EntityManager, job: Job): Promise<{ total: number; cursor: z.input<typeof Cursor> }> {
    const { formId } = Params.parse(job.params);
    // Batches that start later see the form's settings committed by now.
    await processingAlone(manager);
    const form = await this.repository.form(manager, formId);
    return {
      total: await this.repository.count(manager, formId),
      cursor: { settings: digestOf(form), after: '' },
    };
  }

  /** The next responses. Deleted rows stay deleted: nothing is inserted. Changed rows are read in their current state. */
  async advance(manager: EntityManager, job: Job, { limit, skip }: ChunkOptions): Promise<JobStep> {
    const { formId } = Params.parse(job.params);
    const { settings, after } = Cursor.parse(job.cursor);
    await this.repository.standBesideBatches(manager);
    const form = await this.repository.form(manager, formId);
    if (!form || digestOf(form) !== settings) return { next: 'restart' };
    const ids = await this.repository.next(manager, formId, after, limit);
    const last = ids.at(-1);
    if (!last) return this.end(manager, formId, settings);
    const cursor: z.input<typeof Cursor> = { settings, after: last.token };
    if (skip) return { next: 'chunk', cursor, done: 0, failed: ids.length };
    return { next: 'chunk', cursor, done: await this.readAgain(manager, form, ids), failed: 0 };
  }

  /** Reads responses again and assigns them to clients. Returns how many there were. */
  private async readAgain(manager: EntityManager, form: OnboardingForm, ids: readonly ResponseId[]): Promise<number> {
    await this.neighbourhood.lockResponses(manager, ids);
    const rows = await this.repository.rows(manager, ids);
    const changed = rows.flatMap((row) => {
      const identifiers = this.plans.identifyStored(form, row, form.title);
      return isDeepStrictEqual(row.identifiers, identifiers) ? [] : [{ ...row, identifiers }];
    });
    const now = this.clock.now();
    if (changed.length > 0) await this.repository.saveIdentifiers(manager, changed, now);
    return this.assigner.reassign(manager, ids, now);
  }

  /**
   * Nothing is left. A change of the settings is either seen here, or waits for the end of this job: a request to reprocess after
   * such a change never joins a job that did not use it.
   */
  private async end(manager: EntityManager, formId: string, settings: string): Promise<JobStep> {
    const form = await this.repository.lockForm(manager, formId);
    return form && digestOf(form) !== settings ? { next: 'restart' } : { next: 'end' };
  }
}

/** What determines how a response is read. Objects from jsonb have a fixed key order. */
function digestOf(form: OnboardingForm | null): string {
  const { identifierMapping, phoneCountry, definition } = form ?? {};
  const settings = JSON.stringify([identifierMapping, phoneCountry, definition]);
  return createHash('sha256').update(settings).digest('base64url');
}
