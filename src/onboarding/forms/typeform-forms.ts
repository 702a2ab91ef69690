/** The forms of the Typeform account, for choosing one to register. */
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { DomainError } from '../../core/problem';
import { TypeformApi } from '../../typeform/typeform-api';
import type { TypeformFormPage, TypeformFormsQuery } from './typeform-forms.dto';

/** Typeform counts pages, so a cursor holds the next page and the size that it is counted in. */
const position = z.tuple([z.int().min(2).max(1_000_000), z.int().min(1).max(200)]);

@Injectable()
export class TypeformForms {
  constructor(private readonly api: TypeformApi) {}

  /** One page, in Typeform's order. Throws `validation_failed` for a cursor that is not ours, and Typeform's errors. */
  async list({ q, limit, cursor }: TypeformFormsQuery, requestId: string | null): Promise<TypeformFormPage> {
    const [page, pageSize] = cursor === undefined ? [1, limit] : readCursor(cursor);
    const search = q?.trim() || undefined;
    const found = await this.api.listForms({ search, page, pageSize }, { priority: 'interactive', requestId });
    return {
      items: found.items.map(({ id, title, displayUrl, lastUpdatedAt }) => {
        return { formId: id, title, displayUrl, lastUpdatedAt };
      }),
      nextCursor: page < found.pageCount ? writeCursor([page + 1, pageSize]) : null,
    };
  }
}

function writeCursor(next: z.output<typeof position>): string {
  return Buffer.from(JSON.stringify(next)).toString('base64url');
}

function readCursor(cursor: string): z.output<typeof position> {
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw new DomainError('validation_failed', 'the query is not valid', {
      errors: [{ path: 'cursor', message: 'must be a nextCursor of this list' }],
    });
  }
}
