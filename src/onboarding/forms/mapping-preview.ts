/** What a different mapping would find in the newest responses of a form. Changes nothing. */
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { IDENTIFIER_KEYS } from '../../core/identifiers';
import { FormMapping } from './form-mapping';
import { FormPlans } from './form-plans';
import type { MappingPreview, PreviewMappingBody } from './forms.dto';
import { FormsService } from './forms.service';
import { ResponsesQueryRepository } from '../search-and-export/responses-query.repository';

const PREVIEWED_RESPONSES = 20;

@Injectable()
export class MappingPreviewer {
  constructor(
    private readonly service: FormsService,
    private readonly responses: ResponsesQueryRepository,
    private readonly mapping: FormMapping,
    private readonly plans: FormPlans,
  ) {}

  /** Throws `not_found`, or `validation_failed` for a mapping that the form cannot serve. */
  async preview(formId: string, body: PreviewMappingBody, requestId: string | null): Promise<MappingPreview> {
    const form = await this.service.find(formId);
    const { identifierMapping, phoneCountry = form.phoneCountry } = body;
    const read = await this.mapping.check(form, identifierMapping, requestId);
    const settings = { definition: read ?? form.definition, identifierMapping, phoneCountry };
    const rows = await this.responses.newest(formId, PREVIEWED_RESPONSES);
    return {
      items: rows.map((row) => {
        const now = row.identifiers;
        const then = this.plans.identifyStored(settings, row, form.title);
        const changed = IDENTIFIER_KEYS.filter((key) => !isDeepStrictEqual(now[key], then[key]));
        return { token: row.token, submittedAt: row.submittedAt, now, then, changed };
      }),
    };
  }
}
