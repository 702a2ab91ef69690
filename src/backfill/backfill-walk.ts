/** Reads a form's responses page by page and stores the missing ones as events. */
import { Injectable, Logger } from '@nestjs/common';
import { BackfillEvent, toBackfillEvent } from '../core/backfill-event';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { InboxWriter } from '../inbox/inbox-writer';
import { CallOptions, TypeformApi } from '../typeform/typeform-api';
import type { RemoteForm, RemoteResponsePage } from '../typeform/typeform-schemas';
import type { BackfillRun } from './backfill-run.entity';
import { BackfillMetrics } from './backfill-metrics';
import { BackfillWorkRepository, Progress } from './backfill-work.repository';
import { KnownResponsesRepository } from './known-responses.repository';

/** 1 to 1000 are allowed. One page is held in memory, bounded by what the client reads. */
export const PAGE_SIZE = 200;
/** Events appended at the same time: a small part of the inbox writer's queue, so that the rest is left to webhooks. */
const APPENDED_AT_ONCE = 50;

@Injectable()
export class BackfillWalk {
  private readonly logger = new Logger(BackfillWalk.name);

  constructor(
    private readonly typeform: TypeformApi,
    private readonly known: KnownResponsesRepository,
    private readonly writer: InboxWriter,
    private readonly work: BackfillWorkRepository,
    private readonly metrics: BackfillMetrics,
    private readonly clock: Clock,
  ) {}

  /**
   * Continues from the run's cursor to its end. Resolves with the finished run, or null when it belongs to another process.
   * Throws what TypeformApi and InboxWriter throw, or the reason of `signal`, always between two pages: saved progress is kept.
   */
  async follow(claimed: BackfillRun, owner: string, signal: AbortSignal): Promise<BackfillRun | null> {
    const options: CallOptions = { priority: 'background', signal };
    const form = await this.typeform.getForm(claimed.formId, options);
    let run: BackfillRun | null = claimed;
    while (run) {
      signal.throwIfAborted();
      const page = await this.typeform.listResponses(
        run.formId,
        {
          pageSize: PAGE_SIZE,
          since: run.since ?? undefined,
          until: run.until ?? undefined,
          before: run.cursor ?? undefined,
          types: [run.responseType],
        },
        options,
      );
      const counts = await this.takeIn(run, form, page.items);
      const { ended, ...position } = await this.position(run, page);
      const saved = await this.work.save(run, { ...position, ...counts });
      const current: BackfillRun | null = await this.work.ownedBy(owner, run.id);
      if (saved && ended && current && (await this.work.finish(run, null, this.clock.now()))) return current;
      run = current;
    }
    return null;
  }

  /** The progress after a page, and whether that was the last one. */
  private async position(
    run: BackfillRun,
    { items, pageCount, unreadable }: RemoteResponsePage,
  ): Promise<Pick<Progress, 'responseType' | 'cursor'> & { ended: boolean }> {
    const { responseType } = run;
    const cursor = items.at(-1)?.token ?? run.cursor;
    // Both must agree: it is undocumented whether `page_count` counts from the cursor on, and whether pages are always full.
    const received = items.length + unreadable;
    const last = received === 0 || (received < PAGE_SIZE && pageCount <= 1);
    if (!last && cursor === run.cursor) {
      throw new DomainError(
        'typeform_error',
        'Typeform sent the same page of responses again: the back-fill cannot continue',
      );
    }
    if (!last) return { responseType, cursor, ended: false };
    if (responseType === 'completed' && (await this.known.wantsPartials(run.formId)))
      return { responseType: 'partial', cursor: null, ended: false };
    return { responseType, cursor, ended: true };
  }

  /** Stores the missing responses of a page as events. Every append is committed when this resolves. */
  private async takeIn(
    run: BackfillRun,
    form: RemoteForm,
    items: RemoteResponsePage['items'],
  ): Promise<Pick<Progress, 'seen' | 'recovered' | 'duplicates'>> {
    const events = items.flatMap((item) => this.eventOf(form, item));
    const knowledge = await this.known.compare(run.formId, events, run.createdAt);
    const missing = events.filter((_event, index) => knowledge[index] === 'missing');
    let recovered = knowledge.filter((found) => found === 'found_by_this_run').length;
    for (let at = 0; at < missing.length; at += APPENDED_AT_ONCE) {
      const outcomes = await Promise.all(missing.slice(at, at + APPENDED_AT_ONCE).map((event) => this.append(event)));
      const accepted = outcomes.filter((outcome) => outcome === 'accepted').length;
      this.metrics.recovered(run.trigger, accepted);
      recovered += accepted;
    }
    return { seen: items.length, recovered, duplicates: events.length - recovered };
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

  /** One unreadable response must not block all others. */
  private eventOf(form: RemoteForm, item: RemoteResponsePage['items'][number]): BackfillEvent[] {
    try {
      return [toBackfillEvent(form, item)];
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.logger.error('A response from Typeform cannot be read', { formId: form.id, reason: error.message });
      return [];
    }
  }
}
