import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
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
    if (!form) throw new DomainError('not_found', 'this form has not sent anything yet');
    return form;
  }

  /** Changes what is given and leaves the rest. Throws `not_found`. */
  async update(formId: string, { status, identifierMapping }: UpdateFormBody): Promise<FormView> {
    const change: Partial<OnboardingForm> = { updatedAt: this.clock.now() };
    if (status !== undefined) change.status = status;
    if (identifierMapping !== undefined) change.identifierMapping = identifierMapping;
    await this.forms.update({ formId }, change);
    return this.get(formId);
  }
}
