/** Looks once in a while whether a form still has the questions its identifier mapping names, and reports what vanished. */
import { Injectable, Logger } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { findMappingProblems } from '../core/mapping-drift';
import { Clock } from '../database/clock';
import { MappingRepository } from '../onboarding/mapping.repository';
import { collectWith, showReading } from '../rest/collect-with';
import { ScrapeReading } from '../rest/scrape-reading';
import type { CallOptions } from '../typeform/typeform-api';
import { TypeformApi } from '../typeform/typeform-api';

/** A call for each form with a mapping: rare enough to leave the pace to deliveries and repairs. */
const CHECK_INTERVAL_MS = 3_600_000;

const PROBLEMS = 'onboarding_form_mapping_problems';
export const MAPPING_METRIC_PROVIDERS = [
  makeGaugeProvider({
    name: PROBLEMS,
    help: 'Mapped identifiers whose question or hidden field is no longer in its form',
  }),
];

@Injectable()
export class MappingCheck {
  private readonly logger = new Logger(MappingCheck.name);

  constructor(
    private readonly mappings: MappingRepository,
    private readonly api: TypeformApi,
    private readonly clock: Clock,
    @InjectMetric(PROBLEMS) gauge: Gauge,
  ) {
    const problems = new ScrapeReading(() => this.mappings.countProblems());
    collectWith(gauge, async () => showReading(gauge, (await problems.read()) ?? undefined));
  }

  /** Asks Typeform for the form if it has a mapping that was not looked at lately. Throws what the call throws. */
  async check(formId: string, call: CallOptions): Promise<void> {
    const now = this.clock.now();
    const mapping = await this.mappings.due(formId, new Date(now.getTime() - CHECK_INTERVAL_MS));
    if (mapping === null) return;
    const problems = findMappingProblems(mapping, await this.api.getForm(formId, call));
    await this.mappings.record(formId, problems, now);
    for (const { identifier, source } of problems) {
      this.logger.warn('A mapped question is no longer in its form: map the identifier anew', {
        formId,
        identifier,
        source,
        requestId: call.requestId ?? null,
      });
    }
  }
}
