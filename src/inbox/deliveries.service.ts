import { Injectable } from '@nestjs/common';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { toPage } from '../rest/page';
import type { DeliveriesQuery, DeliveryPage, DeliveryView, ReplayFilter, ReplayResult } from './deliveries.dto';
import { DeliveriesRepository } from './deliveries.repository';
import { InboxSignal } from './inbox-signal';
import type { WebhookEvent } from './webhook-event.entity';

@Injectable()
export class DeliveriesService {
  constructor(
    private readonly repository: DeliveriesRepository,
    private readonly signal: InboxSignal,
    private readonly clock: Clock,
  ) {}

  async list(query: DeliveriesQuery): Promise<DeliveryPage> {
    const rows = await this.repository.list(query);
    return toPage(rows, query.limit, (row) => [row.receivedAt, row.eventId], toView);
  }

  /** Throws `not_found`. */
  async get(eventId: string): Promise<DeliveryView> {
    const event = await this.repository.findOne(eventId);
    if (!event) throw unknownDelivery();
    return toView(event);
  }

  /** The body exactly as received. Throws `not_found`, also when it was erased. */
  async payload(eventId: string): Promise<Buffer> {
    const event = await this.repository.findWithPayload(eventId);
    if (!event) throw unknownDelivery();
    if (event.payload === null) throw new DomainError('not_found', 'the body of this delivery was erased');
    return event.payload;
  }

  /** Processes one event again, whatever its status. Throws `not_found`, or `conflict` when its body was erased. */
  async replay(eventId: string): Promise<ReplayResult> {
    await this.get(eventId);
    if (!(await this.repository.requeue(eventId, this.clock.now()))) {
      throw new DomainError('conflict', 'the body of this delivery was erased, so it cannot be processed again');
    }
    this.signal.appended();
    return { matched: 1, queued: 1 };
  }

  /** Processes everything again that the filter matches. Throws `validation_failed` for an empty filter. */
  async replayMatching(filter: ReplayFilter): Promise<ReplayResult> {
    if (Object.values(filter).every((value) => value === undefined)) {
      throw new DomainError('validation_failed', 'the body is not valid', {
        errors: [{ path: '', message: 'name at least one of status, formId, since, until' }],
      });
    }
    const result = await this.repository.requeueMatching(filter, this.clock.now());
    if (result.queued > 0) this.signal.appended();
    return result;
  }
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
    source: event.source,
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
    payloadBytes: event.payloadBytes,
  };
}
