import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, SelectQueryBuilder } from 'typeorm';
import { searchTerms } from '../../core/search-text';
import { decodeCursor } from '../../rest/page';
import { FormResponse } from '../form-response.entity';
import { type FormField, OnboardingForm } from '../onboarding-form.entity';
import type { ResponsesQuery } from './responses.dto';
import { containsTerms } from './search-condition';

/** Words that one of 200 of these has fill a page. */
const NEWEST = 10_000;

export type ResponsesFilter = Omit<ResponsesQuery, 'limit' | 'cursor'>;

/** Reading form_response. */
@Injectable()
export class ResponsesQueryRepository {
  constructor(@InjectRepository(FormResponse) private readonly responses: Repository<FormResponse>) {}

  findOne(formId: string, token: string): Promise<FormResponse | null> {
    return this.responses.findOneBy({ formId, token });
  }

  /** The questions of a form that any of its responses answered, in order of first appearance; none for an unknown form. */
  async questionsOf(formId: string): Promise<FormField[]> {
    const form = await this.responses.manager.findOne(OnboardingForm, {
      where: { formId },
      select: { fields: true, formId: true },
    });
    return form?.fields ?? [];
  }

  /** The newest responses of a form. */
  newest(formId: string, limit: number): Promise<FormResponse[]> {
    return this.responses.find({ where: { formId }, order: { effectiveAt: 'DESC', token: 'DESC' }, take: limit });
  }

  /** Up to `limit + 1` responses, newest submission first. */
  async list(query: ResponsesQuery): Promise<FormResponse[]> {
    const frequent = query.q === undefined ? null : await this.amongNewest(query, query.q);
    const select = frequent === null ? this.page(query) : this.responses.createQueryBuilder('response');
    if (frequent !== null) {
      select.where('(response.formId, response.token) IN (SELECT * FROM unnest(:forms::text[], :tokens::text[]))', {
        forms: frequent.map(({ form_id: formId }) => formId),
        tokens: frequent.map(({ token }) => token),
      });
    }
    return newestFirst(select, query.limit).getMany();
  }

  /**
   * A page of responses with these words, if so many are among the newest ones; else null. What is frequent is found here, whatever the
   * planner thinks of it: it can only guess, and fetching and sorting a hundredth of a large table takes seconds.
   */
  private async amongNewest(query: ResponsesQuery, q: string): Promise<{ form_id: string; token: string }[] | null> {
    const newest = newestFirst(this.page({ ...query, q: undefined }), NEWEST - 1)
      .select('response.formId', 'form_id')
      .addSelect('response.token', 'token')
      .addSelect('response.effectiveAt', 'effective_at')
      .addSelect('response.searchText', 'search_text');
    const { sql, parameters } = containsTerms('newest.search_text', searchTerms(q));
    const rows = await this.responses.manager
      .createQueryBuilder()
      .select('newest.form_id', 'form_id')
      .addSelect('newest.token', 'token')
      .from(`(${newest.getQuery()})`, 'newest')
      .where(sql, { ...newest.getParameters(), ...parameters })
      .orderBy('newest.effective_at', 'DESC')
      .addOrderBy('newest.form_id', 'DESC')
      .addOrderBy('newest.token', 'DESC')
      .limit(query.limit + 1)
      .getRawMany<{ form_id: string; token: string }>();
    return rows.length > query.limit ? rows : null;
  }

  /** The filters and the place after the cursor. */
  private page(query: ResponsesQuery): SelectQueryBuilder<FormResponse> {
    const select = this.filtered(query);
    const after = decodeCursor(query.cursor, 2);
    if (after) {
      const [at, formId, token] = after;
      select.andWhere('(response.effectiveAt, response.formId, response.token) < (:at, :cursorForm, :cursorToken)', {
        at,
        cursorForm: formId,
        cursorToken: token,
      });
    }
    return select;
  }

  /** Every match, oldest submission first, in chunks: memory does not grow with the result. */
  async *stream(filter: ResponsesFilter, chunk: number): AsyncGenerator<FormResponse> {
    let last: FormResponse | undefined;
    do {
      const select = this.filtered(filter)
        .orderBy('response.effectiveAt', 'ASC')
        .addOrderBy('response.formId', 'ASC')
        .addOrderBy('response.token', 'ASC')
        .take(chunk);
      if (last) {
        select.andWhere('(response.effectiveAt, response.formId, response.token) > (:at, :lastForm, :lastToken)', {
          at: last.effectiveAt,
          lastForm: last.formId,
          lastToken: last.token,
        });
      }
      const rows = await select.getMany();
      yield* rows;
      last = rows.length === chunk ? rows.at(-1) : undefined;
    } while (last);
  }

  private filtered(filter: ResponsesFilter): SelectQueryBuilder<FormResponse> {
    const { formId, clientId, type, test, q, submittedSince, submittedUntil } = filter;
    const select = this.responses.createQueryBuilder('response').where('TRUE');
    if (formId !== undefined) select.andWhere('response.formId = :formId', { formId });
    if (clientId !== undefined) select.andWhere('response.clientId = :clientId', { clientId });
    if (type !== undefined) select.andWhere('response.responseType = :type', { type });
    if (test === 'true' || test === 'false') select.andWhere('response.test = :test', { test: test === 'true' });
    if (q !== undefined) {
      const { sql, parameters } = containsTerms('response.searchText', searchTerms(q));
      select.andWhere(sql, parameters);
    }
    if (submittedSince !== undefined) {
      select.andWhere('response.effectiveAt >= :since', { since: new Date(submittedSince) });
    }
    if (submittedUntil !== undefined)
      select.andWhere('response.effectiveAt < :until', { until: new Date(submittedUntil) });
    return select;
  }
}

/** In the order of the list, one more than `limit`. */
function newestFirst(select: SelectQueryBuilder<FormResponse>, limit: number): SelectQueryBuilder<FormResponse> {
  return select
    .orderBy('response.effectiveAt', 'DESC')
    .addOrderBy('response.formId', 'DESC')
    .addOrderBy('response.token', 'DESC')
    .limit(limit + 1);
}
