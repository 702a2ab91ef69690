import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository } from 'typeorm';
import { AuditLog, Author } from '../audit/audit-log';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { decodeCursor, PageQuery, toPage } from '../rest/page';
import type { FormPage, FormView, UpdateFormBody } from './forms.dto';
import { OnboardingForm } from './onboarding-form.entity';

/** Forms as admins see them. */
@Injectable()
export class FormsService {
  constructor(
    @InjectRepository(OnboardingForm) private readonly forms: Repository<OnboardingForm>,
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async list({ limit, cursor }: PageQuery): Promise<FormPage> {
    const query = this.forms
      .createQueryBuilder('form')
      .orderBy('form.createdAt', 'DESC')
      .addOrderBy('form.formId', 'DESC');
    const after = decodeCursor(cursor, 1);
    if (after) query.where('(form.createdAt, form.formId) < (:at, :id)', { at: after[0], id: after[1] });
    const rows = await query.take(limit + 1).getMany();
    return toPage(
      rows,
      limit,
      (row) => [row.createdAt, row.formId],
      (row) => row,
    );
  }

  /** Throws `not_found`. */
  async get(formId: string): Promise<FormView> {
    const form = await this.forms.findOneBy({ formId });
    if (!form) throw unknownForm();
    return form;
  }

  /** Changes what is given and leaves the rest. Throws `not_found`. */
  update(formId: string, body: UpdateFormBody, by: Author): Promise<FormView> {
    return this.dataSource.transaction(async (manager) => {
      const where = { formId };
      const form = await manager.findOne(OnboardingForm, { where, lock: { mode: 'pessimistic_write' } });
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
      await manager.update(OnboardingForm, where, change);
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
