import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsString, Length } from 'class-validator';
import { MayBeAbsent } from '../rest/may-be-absent.decorator';
import { PageQuery } from '../rest/page';
import { Several } from '../rest/several.decorator';
import { IsoTime } from '../rest/time-range';
import { PROCESSING_ERROR_CODES } from './inbox-work.repository';
import {
  EVENT_SOURCES,
  EVENT_STATUSES,
  EventSource,
  EventStatus,
  QUARANTINE_REASONS,
  QuarantineReason,
} from './webhook-event.entity';

/** Which events to replay, and to list. */
export class ReplayFilter {
  @Several(EVENT_STATUSES, 'dead')
  status?: EventStatus[];

  @ApiPropertyOptional({
    enum: QUARANTINE_REASONS,
    description: 'quarantined events with this reason; beside several statuses, of the quarantined events only those',
  })
  @MayBeAbsent()
  @IsIn(QUARANTINE_REASONS)
  quarantinedFor?: QuarantineReason;

  @ApiPropertyOptional({ example: 'lT4Z3j' })
  @MayBeAbsent()
  @IsString()
  @Length(1, 128)
  formId?: string;

  @ApiPropertyOptional({ description: "the response's token" })
  @MayBeAbsent()
  @IsString()
  @Length(1, 128)
  token?: string;

  @ApiPropertyOptional({ enum: EVENT_SOURCES, description: 'where it came from' })
  @MayBeAbsent()
  @IsIn(EVENT_SOURCES)
  source?: EventSource;

  @IsoTime('received at or after')
  since?: string;

  @IsoTime('received before', { notBefore: 'since' })
  until?: string;
}

/** Replays by filter leave quarantined events alone unless `status` names them, and then take those of one reason only. */
export class ReplayBody extends ReplayFilter {
  @ApiPropertyOptional({
    example: 'the CRM was down',
    maxLength: 500,
    description: 'recorded in the audit log; do not include personal data',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, 500)
  reason?: string;

  @ApiPropertyOptional({ default: false, description: 'run as a background job; automatic above 10,000 events' })
  @MayBeAbsent()
  @IsBoolean()
  async?: boolean;

  @ApiPropertyOptional({
    default: false,
    description: 'only count: the answer names `until`, with which the same replay covers exactly what was counted',
  })
  @MayBeAbsent()
  @IsBoolean()
  dryRun?: boolean;
}

export class DeliveriesQuery extends IntersectionType(PageQuery, ReplayFilter) {}

/** One event of the inbox, without its body. */
export class DeliveryView {
  @ApiProperty({ example: '01J9Z3T7Q6A0F4V5K8M2N1P7RS' })
  eventId: string;

  @ApiProperty({ example: 'form_response' })
  eventType: string;

  @ApiProperty({ example: 'lT4Z3j' })
  formId: string;

  @ApiProperty()
  token: string;

  @ApiProperty({ enum: EVENT_SOURCES, description: 'where it came from; a replay does not change it' })
  source: EventSource;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'null: came through the shared endpoint' })
  webhookId: string | null;

  @ApiProperty({ enum: EVENT_STATUSES })
  status: EventStatus;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description:
      'unknown_event_type, form_paused, expired, erased (ignored); too_old, in_the_future, event_id_conflict (quarantined); superseded, truncated: the response holds a part, the payload everything (processed)',
  })
  reason: string | null;

  @ApiProperty()
  attempts: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  nextAttemptAt: Date | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: PROCESSING_ERROR_CODES.join(', '),
  })
  lastError: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  submittedAt: Date | null;

  @ApiProperty({ format: 'date-time' })
  receivedAt: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  processedAt: Date | null;

  @ApiProperty({ description: 'how often the same event arrived again' })
  duplicates: number;

  @ApiProperty({ description: 'how often it was queued for processing again' })
  replays: number;

  @ApiProperty()
  payloadBytes: number;
}

/** One attempt to process an event. All but its time is null when it succeeded. */
export class AttemptView {
  @ApiProperty({ format: 'date-time' })
  at: Date;

  @ApiProperty({ type: String, nullable: true, example: 'data_rejected', description: 'as `lastError`' })
  code: string | null;

  @ApiProperty({ type: String, nullable: true, example: '22P05', description: 'SQLSTATE of PostgreSQL' })
  sqlState: string | null;

  @ApiProperty({ type: String, nullable: true })
  constraint: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'form_response' })
  table: string | null;
}

export class DeliveryDetail extends DeliveryView {
  @ApiProperty({
    type: [AttemptView],
    description:
      'the last 20 failed attempts, also those before a replay, the oldest first; then the one that succeeded',
  })
  attemptLog: AttemptView[];
}

export class DeliveryPage {
  @ApiProperty({ type: [DeliveryView] })
  items: DeliveryView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}

export class ReplayResult {
  @ApiProperty({ description: 'events the filter matched' })
  matched: number;

  @ApiProperty({ description: 'of these, queued for processing again (an event without its body cannot be)' })
  queued: number;

  @ApiPropertyOptional({ format: 'date-time', description: 'of a dry run: it counted events received before this' })
  until?: Date;
}
