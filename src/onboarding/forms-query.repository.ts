import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository } from 'typeorm';
import { decodeCursor, PageQuery } from '../rest/page';
import { FormResponse } from './form-response.entity';
import { OnboardingForm } from './onboarding-form.entity';

/** The part of a form that admins change. */
export type FormChange = Partial<
  Pick<
    OnboardingForm,
    'status' | 'identifierMapping' | 'phoneCountry' | 'mappingProblems' | 'definitionCheckedAt' | 'updatedAt'
  >
>;

/** Forms as admins look at and change them. */
@Injectable()
export class FormsQueryRepository {
  constructor(
    @InjectRepository(OnboardingForm) private readonly forms: Repository<OnboardingForm>,
    @InjectRepository(FormResponse) private readonly responses: Repository<FormResponse>,
  ) {}

  /** Up to `limit + 1` forms, the newest first. */
  list({ limit, cursor }: PageQuery): Promise<OnboardingForm[]> {
    const query = this.forms
      .createQueryBuilder('form')
      .orderBy('form.createdAt', 'DESC')
      .addOrderBy('form.formId', 'DESC');
    const after = decodeCursor(cursor, 1);
    if (after) query.where('(form.createdAt, form.formId) < (:at, :id)', { at: after[0], id: after[1] });
    return query.take(limit + 1).getMany();
  }

  findOne(formId: string): Promise<OnboardingForm | null> {
    return this.forms.findOneBy({ formId });
  }

  /** The form, unchanged by others until the commit. */
  lock(manager: EntityManager, formId: string): Promise<OnboardingForm | null> {
    return manager.findOne(OnboardingForm, { where: { formId }, lock: { mode: 'pessimistic_write' } });
  }

  async update(manager: EntityManager, formId: string, change: FormChange): Promise<void> {
    await manager.update(OnboardingForm, { formId }, change);
  }

  /** The newest responses of a form. */
  newestResponses(formId: string, limit: number): Promise<FormResponse[]> {
    return this.responses.find({ where: { formId }, order: { effectiveAt: 'DESC', token: 'DESC' }, take: limit });
  }
}
