/** Lists what Typeform has, page by page, and at the end has fetched what is missing here. */
import { Injectable, Logger } from '@nestjs/common';
import { identify } from '../../core/backfill-event';
import { Clock } from '../../database/clock';
import type { RemoteForm, RemoteResponsePage } from '../../typeform/typeform-schemas';
import { BackfillService } from '../backfill.service';
import type { WalkPurpose } from '../walk/response-walk';
import type { CompletenessCheck } from './completeness-check.entity';
import { CompletenessWorkRepository } from './completeness-work.repository';
import { TypeformResponsesRepository } from './typeform-responses.repository';

@Injectable()
export class CompletenessWalk implements WalkPurpose<CompletenessCheck, 'seen'> {
  private readonly logger = new Logger('Completeness');

  constructor(
    readonly work: CompletenessWorkRepository,
    private readonly responses: TypeformResponsesRepository,
    private readonly backfills: BackfillService,
    private readonly clock: Clock,
  ) {}

  until(): null {
    return null;
  }

  async takeIn(
    check: CompletenessCheck,
    _form: RemoteForm,
    items: RemoteResponsePage['items'],
  ): Promise<{ seen: number }> {
    const identities = new Map(items.map(identify).map((identity) => [identity.token, identity]));
    await this.responses.record(check, [...identities.values()]);
    return { seen: items.length };
  }

  /** What is missing is requested before the check ends: a crash in between repeats the request, which joins the first. */
  async finish(check: CompletenessCheck): Promise<boolean> {
    const { id, formId, since } = check;
    await this.responses.forgetGone(check);
    const { missing, at } = await this.responses.oldestMissing(formId, since);
    if (missing > 0) {
      this.logger.warn('Submissions are missing; a back-fill is on its way', { check: id, formId, missing });
      await this.backfills.start(formId, { since: at, trigger: 'repair' });
    }
    if (!(await this.work.finish(check, null, this.clock.now()))) return false;
    await this.responses.recount(formId);
    await this.responses.recountDays(formId);
    return true;
  }
}
