import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, Author } from '../audit/audit-log';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { PageQuery, toPage } from '../rest/page';
import type { FormPage, FormView, UpdateFormBody } from './forms.dto';
import { FormsRepository } from './forms.repository';
import type { OnboardingForm } from './onboarding-form.entity';

/** Forms as admins see them. */
@Injectable()
export class FormsService {
  constructor(
    private readonly forms: FormsRepository,
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async list({ limit, cursor }: PageQuery): Promise<FormPage> {
    const rows = await this.forms.list(limit, cursor);
    return toPage(
      rows,
      limit,
      (row) => [row.createdAt, row.formId],
      (row) => row,
    );
  }

  /** Throws `not_found`. */
  async get(formId: string): Promise<FormView> {
    const form = await this.forms.findOne(formId);
    if (!form) throw unknownForm();
    return form;
  }

  /** Changes what is given and leaves the rest. Throws `not_found`. */
  update(formId: string, body: UpdateFormBody, by: Author): Promise<FormView> {
    return this.dataSource.transaction(async (manager) => {
      const form = await this.forms.lock(manager, formId);
      if (!form) throw unknownForm();
      const details = differences(form, body);
      if (Object.keys(details).length === 0) return form;
      const { status = form.status, identifierMapping = form.identifierMapping } = body;
      // Another mapping is compared with the form's definition at the next opportunity.
      const change = {
        status,
        identifierMapping,
        updatedAt: this.clock.now(),
        mappingProblems: [],
        definitionCheckedAt: null,
      };
      await this.forms.change(manager, formId, change);
      await this.audit.record(manager, { ...by, action: 'form.updated', subject: formId, details });
      return { ...form, ...change };
    });
  }
}

/** What a body would change: setting -> its value before and after. */
function differences(form: OnboardingForm, body: UpdateFormBody): Record<string, { from: unknown; to: unknown }> {
  const settings = ['status', 'identifierMapping'] as const;
  return Object.fromEntries(
    settings
      .filter((name) => body[name] !== undefined && !isDeepStrictEqual(body[name], form[name]))
      .map((name) => [name, { from: form[name], to: body[name] }]),
  );
}

function unknownForm(): DomainError {
  return new DomainError('not_found', 'this form has not sent anything yet');
}
