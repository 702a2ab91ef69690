import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository, SelectQueryBuilder } from 'typeorm';
import { decodeCursor } from '../rest/page';
import type { DeliveriesQuery, ReplayFilter, ReplayResult } from './deliveries.dto';
import { WebhookEvent } from './webhook-event.entity';

/** Rows that are queued again stay locked until the commit; a duplicate of one of them would make the intake wait. */
const REPLAY_CHUNK = 1_000;

/** Where a replay has got to. */
export interface ReplayPosition {
  at: Date;
  id: string;
}

/** What became of one chunk; `last` is null when it was the last one. */
export interface ReplayChunk extends ReplayResult {
  last: ReplayPosition | null;
}

/**
 * Puts events up for processing again, as if they had just arrived. A body that was erased cannot be processed. Rows are locked in the
 * order in which an erasure locks them.
 */
const REQUEUE = `
  WITH locked AS (
    SELECT event_id FROM webhook_event WHERE event_id = ANY($1) AND payload IS NOT NULL ORDER BY event_id FOR UPDATE
  )
  UPDATE webhook_event AS event
     SET status = 'pending', replays = replays + 1, reason = NULL, attempts = 0, first_attempt_at = NULL, last_error = NULL,
         processed_at = NULL, next_attempt_at = $2
    FROM locked WHERE event.event_id = locked.event_id
  RETURNING event.event_id`;

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

  /** Whether an event was committed. */
  isStored(eventId: string): Promise<boolean> {
    return this.events.existsBy({ eventId });
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
  async requeue(manager: EntityManager, eventId: string, now: Date): Promise<boolean> {
    return (await requeueAll(manager, [eventId], now)) === 1;
  }

  /** How many events received up to `now` the filter matches, and how many of these have a body to be processed again. */
  async countMatching(manager: EntityManager, filter: ReplayFilter, now: Date): Promise<ReplayResult> {
    const counts = await replayable(manager.createQueryBuilder(WebhookEvent, 'event'), filter)
      .andWhere('event.receivedAt <= :now', { now })
      .select('count(*)::integer', 'matched')
      .addSelect('count(event.payload)::integer', 'queued')
      .getRawOne<ReplayResult>();
    return counts ?? { matched: 0, queued: 0 };
  }

  /** Queues the next events received up to `now` that the filter matches, the oldest first, a chunk at a time. */
  async requeueChunk(
    manager: EntityManager,
    filter: ReplayFilter,
    now: Date,
    after: ReplayPosition | null,
  ): Promise<ReplayChunk> {
    const select = replayable(manager.createQueryBuilder(WebhookEvent, 'event'), filter)
      .select(['event.eventId', 'event.receivedAt'])
      .andWhere('event.receivedAt <= :now', { now })
      .orderBy('event.receivedAt', 'ASC')
      .addOrderBy('event.eventId', 'ASC')
      .take(REPLAY_CHUNK);
    if (after) select.andWhere('(event.receivedAt, event.eventId) > (:at, :id)', after);
    const rows = await select.getMany();
    const last = rows.at(-1);
    const eventIds = rows.map(({ eventId }) => eventId);
    return {
      matched: rows.length,
      queued: await requeueAll(manager, eventIds, now),
      last: last && rows.length === REPLAY_CHUNK ? { at: last.receivedAt, id: last.eventId } : null,
    };
  }
}

async function requeueAll(manager: EntityManager, eventIds: string[], now: Date): Promise<number> {
  const [rows] = await manager.query<[{ event_id: string }[], number]>(REQUEUE, [eventIds, now]);
  return rows.length;
}

/** What is quarantined was kept out on purpose: it is processed only when that status is asked for by name. */
function replayable(select: SelectQueryBuilder<WebhookEvent>, filter: ReplayFilter): SelectQueryBuilder<WebhookEvent> {
  filtered(select, filter);
  return filter.status === undefined ? select.andWhere(`event.status <> 'quarantined'`) : select;
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
