import { Injectable } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { collectWith, showReading } from '../../rest/collect-with';
import { ScrapeReading } from '../../rest/scrape-reading';
import { TypeformResponsesRepository } from './typeform-responses.repository';

const MISSING = 'onboarding_submissions_missing';

export const COMPLETENESS_METRIC_PROVIDERS = [
  makeGaugeProvider({
    name: MISSING,
    help: 'Submissions at Typeform that are missing here, by the last completeness check of each form and the back-fills since',
  }),
];

/** What is missing, from the database: the same in every process. */
@Injectable()
export class CompletenessMetrics {
  constructor(@InjectMetric(MISSING) missing: Gauge, responses: TypeformResponsesRepository) {
    const reading = new ScrapeReading(() => responses.missingNow());
    collectWith(missing, async () => showReading(missing, (await reading.read()) ?? undefined));
  }
}
