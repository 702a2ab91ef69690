/** Stores what is missing of each page of a form's responses as events. */
import { Injectable, Logger } from '@nestjs/common';
import { BackfillEvent, toBackfillEvent } from '../core/backfill-event';
import { Clock } from '../database/clock';
import { Changes } from '../live/changes';
import { InboxWriter } from '../inbox/inbox-writer';
import type { RemoteForm, RemoteResponsePage } from '../typeform/typeform-schemas';
import type { BackfillRun } from './backfill-run.entity';
import { BackfillMetrics } from './backfill-metrics';
import { BackfillCounts, BackfillWorkRepository } from './backfill-work.repository';
import { KnownResponsesRepository } from './known-responses.repository';
import type { WalkPurpose } from './walk/response-walk';

/** Events appended at the same time: a small part of the inbox writer's queue, so that the rest is left to webhooks. */
const APPENDED_AT_ONCE = 50;

@Injectable()
export class BackfillWalk implements WalkPurpose<BackfillRun, BackfillCounts> {
  private readonly logger = new Logger('Back-fill');

  constructor(
    private readonly known: KnownResponsesRepository,
    private readonly writer: InboxWriter,
    readonly work: BackfillWorkRepository,
    private readonly metrics: BackfillMetrics,
    private readonly clock: Clock,
    private readonly changes: Changes,
  ) {}

  until(run: BackfillRun): Date | null {
    return run.until;
  }

  /** Stores the missing responses of a page as events. Every append is committed when this resolves. */
  async takeIn(
    run: BackfillRun,
    form: RemoteForm,
    items: RemoteResponsePage['items'],
  ): Promise<Record<BackfillCounts, number>> {
    const found = items.map((item) => toBackfillEvent(form, item));
    // A response that a page lists twice is still one.
    const events = [...new Map(found.map((event) => [event.token, event])).values()];
    const knowledge = await this.known.compare(run.formId, events, run.createdAt);
    const missing = events.filter((_event, index) => knowledge[index] === 'missing');
    let recovered = events.filter(({ readable }, at) => readable && knowledge[at] === 'found_by_this_run').length;
    for (let at = 0; at < missing.length; at += APPENDED_AT_ONCE) {
      const chunk = missing.slice(at, at + APPENDED_AT_ONCE);
      const outcomes = await Promise.all(chunk.map((event) => this.append(event)));
      const accepted = chunk.filter(({ readable }, index) => readable && outcomes[index] === 'accepted').length;
      this.metrics.recovered(run.trigger, accepted);
      recovered += accepted;
    }
    const failed = events.filter(({ readable }) => !readable).length;
    if (failed > 0)
      this.logger.error('Responses from Typeform cannot be read; kept as they came', { formId: form.id, failed });
    this.changes.happened('backfills', [run.id]);
    return { seen: items.length, recovered, failed, duplicates: items.length - recovered - failed };
  }

  async finish(run: BackfillRun): Promise<boolean> {
    Object.assign(run, await this.work.countOnce(run));
    return this.work.finish(run, null, this.clock.now());
  }

  private append({ eventId, eventType, formId, token, submittedAt, payload }: BackfillEvent) {
    return this.writer.append({
      ...{ eventId, eventType, formId, token, submittedAt, payload },
      receivedAt: this.clock.now(),
      source: 'backfill',
      webhookId: null,
      // Age does not matter here: the event comes from Typeform itself.
      quarantinedFor: null,
    });
  }
}
