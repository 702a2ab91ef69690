import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, SelectQueryBuilder } from 'typeorm';
import { decodeCursor } from '../rest/page';
import type { DeliveriesQuery, ReplayFilter } from './deliveries.dto';
import { WebhookEvent } from './webhook-event.entity';

const REPLAY_CHUNK = 1_000;

/** Puts events up for processing again, as if they had just arrived. A body that was erased cannot be processed. */
const REQUEUE = `
  UPDATE webhook_event
     SET status = 'pending', source = 'replay', reason = NULL, attempts = 0, first_attempt_at = NULL, last_error = NULL,
         processed_at = NULL, next_attempt_at = $2
   WHERE event_id = ANY($1) AND payload IS NOT NULL
  RETURNING event_id`;

@Injectable()
export class DeliveriesRepository {
  constructor(@InjectRepository(WebhookEvent) private readonly events: Repository<WebhookEvent>) {}

  /** Up to `limit + 1` events, the newest first. */
  list(query: DeliveriesQuery): Promise<WebhookEvent[]> {
    const select = filtered(this.events.createQueryBuilder('event'), query)
      .orderBy('event.receivedAt', 'DESC')
      .addOrderBy('event.eventId', 'DESC')
      .take(query.limit + 1);
    if (query.token !== undefined) select.andWhere('event.token = :token', { token: query.token });
    if (query.source !== undefined) select.andWhere('event.source = :source', { source: query.source });
    const after = decodeCursor(query.cursor, 1);
    if (after) select.andWhere('(event.receivedAt, event.eventId) < (:at, :id)', { at: after[0], id: after[1] });
    return select.getMany();
  }

  findOne(eventId: string): Promise<WebhookEvent | null> {
    return this.events.findOneBy({ eventId });
  }

  /** An event with its body. */
  findWithPayload(eventId: string): Promise<WebhookEvent | null> {
    return this.events
      .createQueryBuilder('event')
      .addSelect('event.payload')
      .where('event.eventId = :eventId', { eventId })
      .getOne();
  }

  /** Queues one event again; false when it is not there or its body was erased. */
  async requeue(eventId: string, now: Date): Promise<boolean> {
    return (await this.requeueAll([eventId], now)) === 1;
  }

  /** Queues everything received before `now` that the filter matches, in chunks, so that no row stays locked for long. */
  async requeueMatching(filter: ReplayFilter, now: Date): Promise<{ matched: number; queued: number }> {
    let matched = 0;
    let queued = 0;
    let after: [Date, string] | null = null;
    for (;;) {
      const select = filtered(this.events.createQueryBuilder('event'), filter)
        .select(['event.eventId', 'event.receivedAt'])
        .andWhere('event.receivedAt <= :now', { now })
        .orderBy('event.receivedAt', 'ASC')
        .addOrderBy('event.eventId', 'ASC')
        .take(REPLAY_CHUNK);
      if (after) select.andWhere('(event.receivedAt, event.eventId) > (:at, :id)', { at: after[0], id: after[1] });
      const rows = await select.getMany();
      const last = rows.at(-1);
      if (!last) return { matched, queued };
      matched += rows.length;
      queued += await this.requeueAll(
        rows.map(({ eventId }) => eventId),
        now,
      );
      after = [last.receivedAt, last.eventId];
    }
  }

  private async requeueAll(eventIds: string[], now: Date): Promise<number> {
    const [rows] = await this.events.query<[{ event_id: string }[], number]>(REQUEUE, [eventIds, now]);
    return rows.length;
  }
}

function filtered(select: SelectQueryBuilder<WebhookEvent>, filter: ReplayFilter): SelectQueryBuilder<WebhookEvent> {
  const { status, formId, since, until } = filter;
  select.where('TRUE');
  if (status !== undefined) select.andWhere('event.status = :status', { status });
  // The index on unusual statuses is partial; saying so lets the planner use it.
  if (status !== undefined && status !== 'processed') select.andWhere(`event.status <> 'processed'`);
  if (formId !== undefined) select.andWhere('event.formId = :formId', { formId });
  if (since !== undefined) select.andWhere('event.receivedAt >= :since', { since: new Date(since) });
  if (until !== undefined) select.andWhere('event.receivedAt < :until', { until: new Date(until) });
  return select;
}
