import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, Author } from '../../audit/audit-log';
import { judgeCompleteness } from '../../core/completeness';
import { parseFormReference } from '../../core/form-reference';
import { DomainError } from '../../core/problem';
import { Clock } from '../../database/clock';
import { CheckHistory, CompletenessChecksRepository } from './completeness-checks.repository';
import { CompletenessRunner } from './completeness-runner';
import type { CompletenessQuery, CompletenessReport, FormCompleteness } from './completeness.dto';
import { Counts, TypeformResponsesRepository } from './typeform-responses.repository';

const NOTHING: Counts = { atTypeform: 0, received: 0, recovered: 0, failed: 0, erased: 0, missing: 0 };
const UNKNOWN = { atTypeform: null, received: null, recovered: null, failed: null, erased: null, missing: null };

/** What the answer is about. `since` null: from the first response on; `until` null: as far as can be known. */
interface Window {
  since: Date | null;
  until: Date | null;
}

@Injectable()
export class CompletenessService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly checks: CompletenessChecksRepository,
    private readonly responses: TypeformResponsesRepository,
    private readonly runner: CompletenessRunner,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** Answers at once from the last checks. Throws `validation_failed`, or `not_found` for a form that is not known here. */
  async report({ formId, since, until }: CompletenessQuery): Promise<CompletenessReport> {
    return this.reportOn(await this.formsOf(formId), { since: timeOf(since), until: timeOf(until) });
  }

  /** Starts a check, or joins the one of the form that is under way, and says what is known so far. Throws as `report` does. */
  async check({ formId, since, until }: CompletenessQuery, author: Author): Promise<CompletenessReport> {
    const formIds = await this.formsOf(formId);
    const window = { since: timeOf(since), until: timeOf(until) };
    await this.dataSource.transaction(async (manager) => {
      await this.checks.request(manager, formIds, window.since, this.clock.now());
      const entry = {
        action: 'completeness.checked',
        subject: formId ?? 'all',
        details: { formIds, ...window },
      } as const;
      await this.audit.record(manager, { ...author, ...entry });
    });
    this.runner.nudge();
    return this.reportOn(formIds, window);
  }

  private async reportOn(formIds: readonly string[], asked: Window): Promise<CompletenessReport> {
    const now = this.clock.now();
    const forms = (await this.checks.histories(formIds, asked.since, now)).map((history) => ({
      history,
      formId: history.formId,
      ...kept(asked, history.edge),
    }));
    const counts = await this.responses.count(forms, asked.until);
    return {
      items: forms.map(({ history, formId, since, until }) =>
        toView(history, counts.get(formId), { since, until }, now),
      ),
    };
  }

  private async formsOf(reference: string | undefined): Promise<string[]> {
    if (reference === undefined) return this.checks.watchedForms();
    const formId = parseFormReference(reference, 'formId');
    if (await this.checks.isKnown(formId)) return [formId];
    throw new DomainError('not_found', 'this form is not known here: register a webhook for it, or check the form id');
  }
}

const timeOf = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text));

/** What was submitted earlier than the retention's edge is not kept here, so it cannot be missing. */
function kept({ since, until }: Window, edge: Date | null): Window {
  return { since: edge !== null && (since === null || edge > since) ? edge : since, until };
}

function toView(
  { formId, newest, finished }: CheckHistory,
  counted: Counts | undefined,
  window: Window,
  now: Date,
): FormCompleteness {
  const counts = finished.length === 0 ? UNKNOWN : (counted ?? NOTHING);
  const failing = newest !== null && newest.error !== null;
  const judged = judgeCompleteness({ window, finished, failing, missing: counted?.missing ?? 0, now });
  const check = newest && {
    status: newest.status,
    seen: newest.seen,
    since: newest.since,
    requestedAt: newest.createdAt,
    finishedAt: newest.finishedAt,
    error: newest.error,
  };
  return { formId, ...counts, ...judged, check };
}
