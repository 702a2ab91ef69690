/** The back-fill worker. */
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { Clock } from '../database/clock';
import { Random } from '../database/random';
import { Changes } from '../live/changes';
import { IntakePresence } from '../inbox/intake-presence';
import { BackfillMetrics } from './backfill-metrics';
import { BackfillRequestsRepository } from './backfill-requests.repository';
import type { BackfillRun } from './backfill-run.entity';
import { BackfillWalk } from './backfill-walk';
import type { BackfillCounts } from './backfill-work.repository';
import { TypeformResponsesRepository } from './completeness/typeform-responses.repository';
import { ResponseWalk } from './walk/response-walk';
import { WalkRunner } from './walk/walk-runner';

@Injectable()
export class BackfillRunner extends WalkRunner<BackfillRun, BackfillCounts> {
  private occasion: 'start' | 'daily' = 'start';

  constructor(
    config: AppConfig,
    private readonly requests: BackfillRequestsRepository,
    private readonly presence: IntakePresence,
    private readonly metrics: BackfillMetrics,
    private readonly listed: TypeformResponsesRepository,
    private readonly changes: Changes,
    purpose: BackfillWalk,
    walk: ResponseWalk,
    clock: Clock,
    random: Random,
  ) {
    super('Back-fill', purpose, config, walk, clock, random);
  }

  protected async requestDue(): Promise<void> {
    await this.presence.noticed;
    const now = this.clock.now();
    await this.requests.requestAfterOutage(now);
    await this.requests.requestDue(this.occasion, now);
    this.occasion = 'daily';
  }

  protected async done(run: BackfillRun): Promise<void> {
    const { trigger, seen, recovered, duplicates, failed } = run;
    this.metrics.ended(trigger, 'done');
    this.changes.happened('backfills', [run.id]);
    const facts = { ...this.facts(run), seen, recovered, duplicates, failed };
    const expected = recovered === 0 || trigger === 'admin' || trigger === 'initial';
    if (expected) this.logger.log('Back-filled', facts);
    else this.logger.warn('Recovered submissions that no webhook had delivered', facts);
    await this.listed.recount(run.formId);
  }

  protected failed(run: BackfillRun): void {
    this.metrics.ended(run.trigger, 'failed');
    this.changes.happened('backfills', [run.id]);
  }

  protected override facts(run: BackfillRun): Record<string, unknown> {
    return { ...super.facts(run), trigger: run.trigger };
  }
}
