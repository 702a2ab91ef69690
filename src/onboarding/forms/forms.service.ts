import { setImmediate as immediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, Author } from '../../audit/audit-log';
import { asCountry } from '../../core/identification/countries';
import type { QuestionPlan } from '../../core/identification/plan';
import { DomainError } from '../../core/problem';
import { Clock } from '../../database/clock';
import { PageQuery, toPage } from '../../rest/page';
import { FormDefinitions } from './form-definitions';
import { FormMapping, seenOf } from './form-mapping';
import { FormPlans } from './form-plans';
import type { FormPage, FormView, UpdateFormBody } from './forms.dto';
import { FormsRepository } from './forms.repository';
import type { OnboardingForm } from '../onboarding-form.entity';

/** Forms as admins see them. */
@Injectable()
export class FormsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly forms: FormsRepository,
    private readonly definitions: FormDefinitions,
    private readonly mapping: FormMapping,
    private readonly plans: FormPlans,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async list(query: PageQuery): Promise<FormPage> {
    const page = toPage(
      await this.forms.list(query.limit, query.cursor),
      query.limit,
      (row) => [row.createdAt, row.formId],
      (row) => row,
    );
    const items: FormView[] = [];
    for (const form of page.items) {
      items.push(this.view(form));
      // Computing an uncached plan takes milliseconds; yield to webhooks in between.
      await immediate();
    }
    return { ...page, items };
  }

  /** Throws `not_found`. */
  async get(formId: string): Promise<FormView> {
    return this.view(await this.find(formId));
  }

  /** The stored row. Throws `not_found`. */
  async find(formId: string): Promise<OnboardingForm> {
    const form = await this.forms.findOne(formId);
    if (!form) throw unknownForm();
    return form;
  }

  /** Changes the given settings and leaves the rest. Throws `not_found`, or `validation_failed` for a mapping that the form cannot serve. */
  async update(formId: string, body: UpdateFormBody, by: Author): Promise<FormView> {
    const mapping = body.identifierMapping;
    const read = mapping && (await this.mapping.check(await this.find(formId), mapping, by.requestId));
    await this.dataSource.transaction(async (manager) => {
      if (read) await this.definitions.keep(manager, formId, read);
      const form = await this.forms.lock(manager, formId);
      if (!form) throw unknownForm();
      const asked = withCountry(body);
      const details = differences(form, asked);
      if (Object.keys(details).length === 0) return;
      await this.forms.change(manager, formId, {
        ...asked,
        ...('identifierMapping' in details ? { mappingProblems: [] } : {}),
        updatedAt: this.clock.now(),
      });
      await this.audit.record(manager, { ...by, action: 'form.updated', subject: formId, details });
    });
    return this.get(formId);
  }

  private view(form: OnboardingForm): FormView {
    const { formId, title, status, phoneCountry, identifierMapping, mappingProblems, definition } = form;
    const { retentionDays, definitionCheckedAt, responseCount, lastResponseAt, createdAt, updatedAt } = form;
    const { fields, hidden } = this.plans.meanings(form, seenOf(form));
    return {
      ...{ formId, title: definition?.title ?? title, status, phoneCountry, identifierMapping, mappingProblems },
      fields: fields.map((field) => ({ ...field, identifies: meaningOf(field.identifies) })),
      hidden: hidden.map((field) => ({ ...field, identifies: meaningOf(field.identifies) })),
      ...{ retentionDays, definitionCheckedAt, responseCount, lastResponseAt, createdAt, updatedAt },
    };
  }
}

function meaningOf(plan: QuestionPlan | null): FormView['fields'][number]['identifies'] {
  if (!plan) return null;
  const { key, parts, whose, confidence, decidedBy, reason } = plan;
  return { key, ...(parts ? { parts } : {}), whose, confidence, decidedBy, reason };
}

/** The settings that admins control. */
type FormChange = Partial<Pick<OnboardingForm, 'status' | 'identifierMapping' | 'phoneCountry' | 'retentionDays'>>;

/** The settings in a body, with the country code normalised. */
function withCountry({ status, phoneCountry, retentionDays, identifierMapping }: UpdateFormBody): FormChange {
  return {
    ...(status === undefined ? {} : { status }),
    ...(phoneCountry === undefined ? {} : { phoneCountry: asCountry(phoneCountry) }),
    ...(retentionDays === undefined ? {} : { retentionDays }),
    ...(identifierMapping === undefined ? {} : { identifierMapping }),
  };
}

/** The effect of a change: setting -> its value before and after. */
function differences(form: OnboardingForm, change: FormChange): Record<string, { from: unknown; to: unknown }> {
  const settings = ['status', 'phoneCountry', 'retentionDays', 'identifierMapping'] as const;
  return Object.fromEntries(
    settings
      .filter((name) => change[name] !== undefined && !isDeepStrictEqual(change[name], form[name]))
      .map((name) => [name, { from: form[name], to: change[name] }]),
  );
}

function unknownForm(): DomainError {
  return new DomainError('not_found', 'this form has no webhook here and has not sent anything yet');
}
