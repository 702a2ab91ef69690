import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, Author } from '../audit/audit-log';
import { parseFormReference } from '../core/form-reference';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { toPage } from '../rest/page';
import { TypeformApi } from '../typeform/typeform-api';
import { TypeformError } from '../typeform/typeform-error';
import type { BackfillPage, BackfillsQuery, BackfillView, StartBackfillBody } from './backfill.dto';
import { BackfillRequestsRepository } from './backfill-requests.repository';
import type { BackfillRun, BackfillTrigger } from './backfill-run.entity';
import { BackfillRunner } from './backfill-runner';
import { BackfillRunsRepository } from './backfill-runs.repository';

/** What to back-fill. Without `since`: from where the last gapless run began, minus an overlap; null: the entire form. */
export interface BackfillOptions {
  since?: Date | null;
  until?: Date | null;
  trigger: BackfillTrigger;
  /** The admin who requests it: leaves an audit entry. */
  author?: Author;
}

/** Short, because a person waits; the run itself reports problems later. */
const FORM_CHECK_MS = 5_000;

@Injectable()
export class BackfillService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: BackfillRequestsRepository,
    private readonly runs: BackfillRunsRepository,
    private readonly runner: BackfillRunner,
    private readonly typeform: TypeformApi,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Requests a run over the responses of a form and resolves once the request is committed; the run proceeds in the background, in
   * any process, even if this one dies. The request is merged into an active run of the form: one run per form at a time.
   */
  async start(formId: string, { since, until = null, trigger, author }: BackfillOptions): Promise<BackfillView> {
    const id = await this.dataSource.transaction(async (manager) => {
      const run = await this.requests.request(manager, { formId, since, until, trigger }, this.clock.now());
      const details = { formId, since: since ?? null, until, joinedActiveRun: !run.created };
      if (author) await this.audit.record(manager, { ...author, action: 'backfill.started', subject: run.id, details });
      return run.id;
    });
    this.runner.nudge();
    return this.get(id);
  }

  /** An admin's request. Throws `validation_failed`, or `not_found` for a form that Typeform does not know. */
  async startByAdmin(body: StartBackfillBody, author: Author): Promise<BackfillView> {
    const formId = parseFormReference(body.formId, 'formId');
    const [since, until] = [body.since, body.until].map((time) => (time === undefined ? null : new Date(time)));
    await this.requireForm(formId, author.requestId);
    return this.start(formId, { since, until, trigger: 'admin', author });
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<BackfillView> {
    const run = await this.runs.findOne(id);
    if (!run) throw new DomainError('not_found', 'there is no such back-fill');
    return toView(run, await this.requests.nextLooks([run.formId]));
  }

  async list(query: BackfillsQuery): Promise<BackfillPage> {
    const rows = await this.runs.list(query);
    const looks = await this.requests.nextLooks(rows.map(({ formId }) => formId));
    return toPage(
      rows,
      query.limit,
      (row) => [row.createdAt, row.id],
      (run) => toView(run, looks),
    );
  }

  /** Submissions that back-fills found since a time. */
  recoveredSince(since: Date): Promise<number> {
    return this.runs.recoveredSince(since);
  }

  /** The same per bucket of a span; the first bucket is 0. */
  recoveredSeries(span: {
    since: Date;
    until: Date;
    bucketMinutes: number;
  }): Promise<{ bucket: number; count: number }[]> {
    return this.runs.recoveredSeries(span);
  }

  /**
   * Reports a mistyped or deleted form immediately, also one that we have had submissions of: a run could only fail. Any other problem
   * with Typeform is left to the run, which has time to wait.
   */
  private async requireForm(formId: string, requestId: string | null): Promise<void> {
    const signal = AbortSignal.timeout(FORM_CHECK_MS);
    try {
      await this.typeform.getForm(formId, { priority: 'interactive', signal, requestId });
    } catch (error) {
      if (error instanceof TypeformError && error.failure === 'not_found')
        throw new DomainError('not_found', error.message, { cause: error });
    }
  }
}

function toView(run: BackfillRun, nextLooks: ReadonlyMap<string, Date>): BackfillView {
  return {
    id: run.id,
    formId: run.formId,
    trigger: run.trigger,
    status: run.status,
    since: run.since,
    until: run.until,
    seen: run.seen,
    recovered: run.recovered,
    duplicates: run.duplicates,
    failed: run.failed,
    cursor: run.cursor,
    createdAt: run.createdAt,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    nextAttemptAt: run.nextAttemptAt,
    nextLookAt: nextLooks.get(run.formId) ?? null,
    error: run.error,
  };
}
