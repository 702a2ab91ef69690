/** Reads a form's definition periodically, and reports questions that its identifier mapping names but that are gone. */
import { Injectable, Logger } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { FormDefinitions } from '../onboarding/forms/form-definitions';
import { FormDefinitionsRepository } from '../onboarding/forms/form-definitions.repository';
import { collectWith, showReading } from '../rest/collect-with';
import { ScrapeReading } from '../rest/scrape-reading';
import type { CallOptions } from '../typeform/typeform-api';

const PROBLEMS = 'onboarding_form_mapping_problems';
export const MAPPING_METRIC_PROVIDERS = [
  makeGaugeProvider({
    name: PROBLEMS,
    help: 'Mapped identifiers whose question or hidden field is no longer in its form',
  }),
];

@Injectable()
export class MappingCheck {
  private readonly logger = new Logger('Webhooks');

  constructor(
    private readonly definitions: FormDefinitions,
    private readonly repository: FormDefinitionsRepository,
    @InjectMetric(PROBLEMS) gauge: Gauge,
  ) {
    const problems = new ScrapeReading(() => this.repository.countProblems());
    collectWith(gauge, async () => showReading(gauge, (await problems.read()) ?? undefined));
  }

  /** Reads the form's definition unless it was read recently. Throws the call's errors. */
  async check(formId: string, call: CallOptions): Promise<void> {
    const problems = (await this.definitions.refresh(formId, call)) ?? [];
    for (const { identifier, source, reason } of problems) {
      this.logger.warn('A form no longer has what its mapping names: update the mapping', {
        formId,
        identifier,
        source,
        reason,
        requestId: call.requestId ?? null,
      });
    }
  }
}
