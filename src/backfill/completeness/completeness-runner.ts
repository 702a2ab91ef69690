/** The worker that checks completeness, beside that of the back-fill: both take turns at Typeform. */
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { Clock } from '../../database/clock';
import { Random } from '../../database/random';
import { ResponseWalk } from '../walk/response-walk';
import { WalkRunner } from '../walk/walk-runner';
import type { CompletenessCheck } from './completeness-check.entity';
import { CompletenessChecksRepository } from './completeness-checks.repository';
import { CompletenessWalk } from './completeness-walk';

@Injectable()
export class CompletenessRunner extends WalkRunner<CompletenessCheck, 'seen'> {
  constructor(
    config: AppConfig,
    private readonly checks: CompletenessChecksRepository,
    purpose: CompletenessWalk,
    walk: ResponseWalk,
    clock: Clock,
    random: Random,
  ) {
    super('Completeness check', purpose, config, walk, clock, random);
  }

  protected async requestDue(): Promise<void> {
    await this.checks.requestDue(this.clock.now());
  }

  protected done(check: CompletenessCheck): void {
    this.logger.log('Compared what Typeform has with what is stored', { ...this.facts(check), seen: check.seen });
  }

  /** The log has said it, and the verdict is `unreachable`. */
  protected failed(): void {
    return;
  }
}
