import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, Author } from '../audit/audit-log';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { toPage } from '../rest/page';
import { BACKFILL_EVENT_PREFIX } from '../core/backfill-event';
import type { JobReference } from '../jobs/jobs.dto';
import type {
  DeliveriesQuery,
  AttemptView,
  DeliveryDetail,
  DeliveryPage,
  DeliveryView,
  ReplayBody,
  ReplayFilter,
  ReplayResult,
} from './deliveries.dto';
import { DeliveriesRepository, ReplayChunk } from './deliveries.repository';
import { InboxSignal } from './inbox-signal';
import { ReplayJob } from './replay-job';
import type { EventSource, WebhookEvent } from './webhook-event.entity';

/** More than this many become a job. */
const MAX_REPLAYED_AT_ONCE = 10_000;

/** Who requests a replay, and why. */
interface Asked {
  by: Author;
  reason: string | undefined;
}

@Injectable()
export class DeliveriesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly repository: DeliveriesRepository,
    private readonly audit: AuditLog,
    private readonly signal: InboxSignal,
    private readonly job: ReplayJob,
    private readonly clock: Clock,
  ) {}

  async list(query: DeliveriesQuery): Promise<DeliveryPage> {
    const rows = await this.repository.list(query);
    return toPage(rows, query.limit, (row) => [row.receivedAt, row.eventId], toView);
  }

  /** Throws `not_found`. */
  async get(eventId: string): Promise<DeliveryDetail> {
    const event = await this.repository.findOne(eventId);
    if (!event) throw unknownDelivery();
    return { ...toView(event), attemptLog: attemptsOf(event) };
  }

  /** The body exactly as received, with an audit entry. Throws `not_found`, also when it was erased. */
  async payload(eventId: string, by: Author): Promise<Buffer> {
    const event = await this.repository.findWithPayload(eventId);
    if (!event) throw unknownDelivery();
    if (event.payload === null) throw new DomainError('not_found', 'the body of this delivery was erased');
    const details = { formId: event.formId };
    await this.audit.recordRead({ ...by, action: 'delivery.payload_read', subject: event.eventId, details });
    return event.payload;
  }

  /** Processes one event again, regardless of its status. Throws `not_found`, or `conflict` when its body was erased. */
  async replay(eventId: string, by: Author): Promise<ReplayResult> {
    const { formId, status, reason } = await this.get(eventId);
    await this.dataSource.transaction(async (manager) => {
      if ((await this.repository.requeue(manager, [eventId])) === 0) {
        throw new DomainError('conflict', 'the body of this delivery was erased, so it cannot be processed again');
      }
      const details = { formId, status, reason };
      await this.audit.record(manager, { ...by, action: 'delivery.replayed', subject: eventId, details });
    });
    this.signal.appended();
    return { matched: 1, queued: 1 };
  }

  /**
   * Processes every matching event again, quarantined ones only when `status` names them, and of one reason: immediately, or as a job when
   * requested or when many match; with `dryRun` it only counts. Throws `validation_failed` for an empty filter, and when it would mix quarantined events of several
   * reasons.
   */
  async replayMatching(
    { reason, async: asJob = false, dryRun = false, ...filter }: ReplayBody,
    by: Author,
  ): Promise<ReplayResult | JobReference> {
    if (Object.values(filter).every((value) => value === undefined)) {
      throw invalidReplay('', 'name at least one of status, formId, token, source, since, until');
    }
    const now = this.clock.now();
    const wanted = await this.withOneReason(filter, now);
    if (dryRun) return this.countReplay(wanted, now);
    const much = asJob || (await this.repository.matchesMoreThan(wanted, now, MAX_REPLAYED_AT_ONCE));
    return much
      ? this.job.start({ filter: wanted, until: now, reason }, by)
      : this.replayNow(wanted, now, { by, reason });
  }

  /** The count of a replay of all that came before now, or before the filter's own end. */
  private async countReplay(filter: ReplayFilter, now: Date): Promise<ReplayResult> {
    const asked = filter.until === undefined ? now : new Date(filter.until);
    const until = asked < now ? asked : now;
    const bounded = { ...filter, until: until.toISOString() };
    const counted = await this.dataSource.transaction((manager) =>
      this.repository.countPatiently(manager, bounded, now),
    );
    return { ...counted, until };
  }

  /** What a wrong clock quarantined may be replayed together; not with what may be a captured request that is sent again. */
  private async withOneReason(filter: ReplayFilter, now: Date): Promise<ReplayFilter> {
    const { status, quarantinedFor } = filter;
    if (quarantinedFor !== undefined && !status?.includes('quarantined')) {
      throw invalidReplay('quarantinedFor', 'must come with a status that includes quarantined');
    }
    if (!status?.includes('quarantined') || quarantinedFor !== undefined) return filter;
    const [only, ...others] = await this.repository.quarantineReasons(filter, now);
    if (only === undefined) return filter;
    if (others.length === 0) return { ...filter, quarantinedFor: only };
    const reasons = [only, ...others].join(', ');
    throw invalidReplay(
      'quarantinedFor',
      `must be one of ${reasons}: quarantined events of different reasons are not replayed together`,
    );
  }

  /**
   * In chunks, one transaction each, so that no row stays locked for long. The single audit entry is in the transaction of the first
   * chunk, with the count made there: an interrupted replay may have done less than its entry says, but never anything
   * without an entry.
   */
  private async replayNow(filter: ReplayFilter, now: Date, asked: Asked): Promise<ReplayResult> {
    let chunk = await this.startReplay(filter, now, asked);
    let { matched, queued } = chunk;
    while (chunk.last) {
      chunk = await this.repository.requeueChunk(this.dataSource.manager, filter, now, chunk.last);
      matched += chunk.matched;
      queued += chunk.queued;
    }
    if (queued > 0) this.signal.appended();
    return { matched, queued };
  }

  /** The first chunk and the audit entry of the entire replay; neither when there is nothing to process again. */
  private startReplay(filter: ReplayFilter, now: Date, { by, reason }: Asked): Promise<ReplayChunk> {
    return this.dataSource.transaction(async (manager) => {
      const counted = await this.repository.countMatching(manager, filter, now);
      if (counted.queued === 0) return { ...counted, last: null };
      const chunk = await this.repository.requeueChunk(manager, filter, now, null);
      const details = { filter, receivedUntil: now, ...counted, ...(reason === undefined ? {} : { reason }) };
      const subject = filter.formId ?? '*';
      await this.audit.record(manager, { ...by, action: 'deliveries.replayed', subject, details });
      return chunk;
    });
  }
}

function invalidReplay(path: string, message: string): DomainError {
  return new DomainError('validation_failed', 'the body is not valid', { errors: [{ path, message }] });
}

function unknownDelivery(): DomainError {
  return new DomainError('not_found', 'there is no such delivery');
}

function toView(event: WebhookEvent): DeliveryView {
  return {
    eventId: event.eventId,
    eventType: event.eventType,
    formId: event.formId,
    token: event.token,
    source: originOf(event),
    webhookId: event.webhookId,
    status: event.status,
    reason: event.reason,
    attempts: event.attempts,
    nextAttemptAt: event.nextAttemptAt,
    lastError: event.lastError,
    submittedAt: event.submittedAt,
    receivedAt: event.receivedAt,
    processedAt: event.processedAt,
    duplicates: event.duplicates,
    replays: event.replays,
    payloadBytes: event.payloadBytes,
  };
}

/** A success is not written down: it is known by its time. */
function attemptsOf({ attemptLog, processedAt }: WebhookEvent): AttemptView[] {
  const failures = (attemptLog ?? []).map((entry) => ({ ...entry, at: new Date(entry.at) }));
  if (!processedAt) return failures;
  return [...failures, { at: processedAt, code: null, sqlState: null, constraint: null, table: null }];
}

/** Where an event came from; the previous release overwrote that when it replayed an event. */
function originOf({ source, eventId }: WebhookEvent): EventSource {
  if (source !== 'replay') return source;
  return eventId.startsWith(BACKFILL_EVENT_PREFIX) ? 'backfill' : 'webhook';
}
