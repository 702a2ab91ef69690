import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository, SelectQueryBuilder } from 'typeorm';
import { BACKFILL_EVENT_PREFIX } from '../core/backfill-event';
import { decodeCursor } from '../rest/page';
import type { DeliveriesQuery, ReplayFilter, ReplayResult } from './deliveries.dto';
import { type QuarantineReason, WebhookEvent } from './webhook-event.entity';

/** Requeued rows stay locked until the commit; a duplicate of one of them would make the intake wait. */
export const REPLAY_CHUNK = 1_000;
/** Counting all the items of a job may take longer than other statements. */
const COUNT_TIMEOUT = '10min';

/** How far a replay has come. `at` is PostgreSQL's text of the time: a Date would lose its microseconds and find the same rows again. */
interface ReplayPosition {
  at: string;
  id: string;
}

/** The result of one chunk; `last` is null when it was the last one. */
export interface ReplayChunk extends ReplayResult {
  last: ReplayPosition | null;
}

/**
 * Queues events for processing again, as if they had just arrived. An erased body cannot be processed. Rows are locked in the
 * order in which an erasure locks them.
 */
const REQUEUE = `
  WITH locked AS (
    SELECT event_id FROM webhook_event WHERE event_id = ANY($1) AND payload IS NOT NULL ORDER BY event_id FOR UPDATE
  )
  UPDATE webhook_event AS event
     SET status = 'pending', replays = replays + 1, reason = NULL, attempts = 0, first_attempt_at = NULL, last_error = NULL,
         processed_at = NULL, next_attempt_at = now()
    FROM locked WHERE event.event_id = locked.event_id
  RETURNING event.event_id`;

/** Where an event came from, even if the previous release overwrote `source` when it replayed the event. */
const ORIGIN = `CASE WHEN event.source <> 'replay' THEN event.source
                     WHEN starts_with(event.eventId, '${BACKFILL_EVENT_PREFIX}') THEN 'backfill' ELSE 'webhook' END`;

@Injectable()
export class DeliveriesRepository {
  constructor(@InjectRepository(WebhookEvent) private readonly events: Repository<WebhookEvent>) {}

  /**
   * Up to `limit + 1` events, newest first. Several statuses are looked for one by one: the newest events of each are at the end of an
   * index, those of all together would have to be sorted.
   */
  list(query: DeliveriesQuery): Promise<WebhookEvent[]> {
    const select = this.events.createQueryBuilder('event');
    const statuses = new Set(query.status);
    if (statuses.size < 2) return newest(select, query).getMany();
    const each = [...statuses].map((status) =>
      newest(this.events.createQueryBuilder('event').select('event.eventId'), { ...query, status: [status] }),
    );
    for (const one of each) select.setParameters(one.getParameters());
    select.where(`event.eventId IN (${each.map((one) => `(${one.getQuery()})`).join(' UNION ALL ')})`);
    return inOrder(select, query.limit).getMany();
  }

  /** An event with its failed attempts. */
  findOne(eventId: string): Promise<WebhookEvent | null> {
    return this.events
      .createQueryBuilder('event')
      .addSelect('event.attemptLog')
      .where('event.eventId = :eventId', { eventId })
      .getOne();
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

  /** Queues events again; returns how many. Skips those that do not exist or whose body was erased. */
  async requeue(manager: EntityManager, eventIds: readonly string[]): Promise<number> {
    const [rows] = await manager.query<[{ event_id: string }[], number]>(REQUEUE, [eventIds]);
    return rows.length;
  }

  /** How many events received up to `now` the filter matches, and how many of these still have a body to process. */
  async countMatching(manager: EntityManager, filter: ReplayFilter, now: Date): Promise<ReplayResult> {
    const counts = await replayable(manager.createQueryBuilder(WebhookEvent, 'event'), filter, now)
      .select('count(*)::integer', 'matched')
      .addSelect('count(event.payload)::integer', 'queued')
      .getRawOne<ReplayResult>();
    return counts ?? { matched: 0, queued: 0 };
  }

  /** The reasons of the quarantined events received up to `now` that the filter matches. */
  async quarantineReasons(filter: ReplayFilter, now: Date): Promise<QuarantineReason[]> {
    const rows = await filtered(this.events.createQueryBuilder('event'), { ...filter, status: ['quarantined'] })
      .andWhere('event.receivedAt <= :now', { now })
      .select('event.reason', 'reason')
      .distinct()
      .orderBy('event.reason')
      .getRawMany<{ reason: QuarantineReason }>();
    return rows.map(({ reason }) => reason);
  }

  /** True when the filter matches more events received up to `now` than `limit`; costs no more than reading that many. */
  async matchesMoreThan(filter: ReplayFilter, now: Date, limit: number): Promise<boolean> {
    const rows = await replayable(this.events.createQueryBuilder('event'), filter, now)
      .select('1', 'one')
      .offset(limit)
      .limit(1)
      .getRawMany();
    return rows.length > 0;
  }

  /** Like {@link countMatching}, with more time. */
  async countPatiently(manager: EntityManager, filter: ReplayFilter, now: Date): Promise<ReplayResult> {
    await manager.query(`SET LOCAL statement_timeout = '${COUNT_TIMEOUT}'`);
    return this.countMatching(manager, filter, now);
  }

  /** Queues the next events received up to `now` that the filter matches, oldest first, `limit` at a time. */
  async requeueChunk(
    manager: EntityManager,
    filter: ReplayFilter,
    now: Date,
    after: ReplayPosition | null,
    limit = REPLAY_CHUNK,
  ): Promise<ReplayChunk> {
    const { eventIds, last } = await this.nextMatching(manager, filter, now, after, limit);
    return {
      matched: eventIds.length,
      queued: await this.requeue(manager, eventIds),
      last: eventIds.length === limit ? last : null,
    };
  }

  /** The next events that the filter matches, and the place of the last one. */
  async nextMatching(
    manager: EntityManager,
    filter: ReplayFilter,
    now: Date,
    after: ReplayPosition | null,
    limit: number,
  ): Promise<{ eventIds: string[]; last: ReplayPosition | null }> {
    const select = replayable(manager.createQueryBuilder(WebhookEvent, 'event'), filter, now)
      .select('event.eventId', 'id')
      .addSelect('CAST(event.receivedAt AS text)', 'at')
      .orderBy('event.receivedAt', 'ASC')
      .addOrderBy('event.eventId', 'ASC')
      .limit(limit);
    if (after) select.andWhere('(event.receivedAt, event.eventId) > (CAST(:at AS timestamptz), :id)', after);
    const rows = await select.getRawMany<ReplayPosition>();
    return { eventIds: rows.map(({ id }) => id), last: rows.at(-1) ?? null };
  }
}

/** One page of a list. */
function newest(select: SelectQueryBuilder<WebhookEvent>, query: DeliveriesQuery): SelectQueryBuilder<WebhookEvent> {
  filtered(select, query);
  const after = decodeCursor(query.cursor, 1);
  if (after) select.andWhere('(event.receivedAt, event.eventId) < (:at, :id)', { at: after[0], id: after[1] });
  return inOrder(select, query.limit);
}

/** Newest first, and one more than `limit`. */
function inOrder(select: SelectQueryBuilder<WebhookEvent>, limit: number): SelectQueryBuilder<WebhookEvent> {
  return select
    .orderBy('event.receivedAt', 'DESC')
    .addOrderBy('event.eventId', 'DESC')
    .take(limit + 1);
}

/** Which events a replay covers: quarantined ones only when the filter names that status and one reason. */
function replayable(
  select: SelectQueryBuilder<WebhookEvent>,
  filter: ReplayFilter,
  now: Date,
): SelectQueryBuilder<WebhookEvent> {
  filtered(select, filter).andWhere('event.receivedAt <= :now', { now });
  if (filter.quarantinedFor === undefined || filter.status === undefined)
    select.andWhere(`event.status <> 'quarantined'`);
  return select;
}

function filtered(select: SelectQueryBuilder<WebhookEvent>, filter: ReplayFilter): SelectQueryBuilder<WebhookEvent> {
  const { quarantinedFor, formId, token, source, since, until } = filter;
  const status = filter.status ?? (quarantinedFor === undefined ? undefined : ['quarantined']);
  select.where('TRUE');
  // Of a closed set, and spelt out: the planner then sees which partial index holds them. Saying so as well ("<> 'processed'") would make
  // it expect a fraction of them, and sort all of them.
  if (status !== undefined) select.andWhere(`event.status IN (${status.map((one) => `'${one}'`).join(', ')})`);
  if (quarantinedFor !== undefined) {
    select.andWhere(`(event.status <> 'quarantined' OR event.reason = :quarantinedFor)`, { quarantinedFor });
  }
  if (formId !== undefined) select.andWhere('event.formId = :formId', { formId });
  if (token !== undefined) select.andWhere('event.token = :token', { token });
  if (source !== undefined) select.andWhere(`${ORIGIN} = :source`, { source });
  // The few events that no webhook brought have an index of their own.
  if (source === 'backfill') select.andWhere(`event.source <> 'webhook'`);
  if (since !== undefined) select.andWhere('event.receivedAt >= :since', { since: new Date(since) });
  if (until !== undefined) select.andWhere('event.receivedAt < :until', { until: new Date(until) });
  return select;
}
