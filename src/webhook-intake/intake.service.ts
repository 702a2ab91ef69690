import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import type { VerifiedBody } from '../core/signature';
import { readEnvelope } from '../core/typeform-event';
import { Clock } from '../database/clock';
import type { NewEvent } from '../inbox/inbox-append.repository';
import type { AppendOutcome } from '../inbox/inbox-queue';
import { InboxWriter } from '../inbox/inbox-writer';

/** An event on its way into the inbox. */
export interface TakenEvent {
  eventId: string;
  /** Resolves once the event is committed. */
  committed: Promise<AppendOutcome>;
}

/** Allows for clock differences; a submission further in the future than this cannot have happened yet. */
const MAX_FUTURE_MS = 10 * 60_000;
const DAY_MS = 24 * 3_600_000;

@Injectable()
export class IntakeService {
  private readonly maxAgeMs: number;

  constructor(
    config: AppConfig,
    private readonly writer: InboxWriter,
    private readonly clock: Clock,
  ) {
    this.maxAgeMs = config.intake.maxEventAgeDays * DAY_MS;
  }

  /**
   * Accepts a verified body. Throws `invalid_event` when it is not a Typeform event; the commit rejects with `intake_overloaded` or
   * `database_unavailable` when it fails.
   */
  take(body: VerifiedBody, webhookId: string | null): TakenEvent {
    const { eventId, eventType, formId, token, submittedAt } = readEnvelope(body);
    const receivedAt = this.clock.now();
    // Written out instead of spread: this runs for every webhook.
    const event: NewEvent = {
      eventId,
      eventType,
      formId,
      token,
      submittedAt,
      receivedAt,
      source: 'webhook',
      webhookId,
      quarantinedFor: this.judgeAge(submittedAt, receivedAt),
      payload: body,
    };
    return { eventId, committed: this.writer.append(event) };
  }

  /** A signature never expires, so the age limit stops an old captured request; retries last 11 hours at most. */
  private judgeAge(submittedAt: Date | null, now: Date): NewEvent['quarantinedFor'] {
    if (submittedAt === null) return null;
    const ageMs = now.getTime() - submittedAt.getTime();
    if (ageMs > this.maxAgeMs) return 'too_old';
    return ageMs < -MAX_FUTURE_MS ? 'in_the_future' : null;
  }
}
