import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';
import { PageQuery } from '../rest/page';
import { Several } from '../rest/several.decorator';
import { IsoTime } from '../rest/time-range';
import { BACKFILL_TRIGGERS, BackfillTrigger } from './backfill-run.entity';
import { WALK_STATUSES, WalkStatus } from './walk/walk-run.entity';

export class StartBackfillBody {
  @ApiProperty({ example: 'lT4Z3j', description: 'a form id, or any Typeform link to the form' })
  @IsString()
  @Length(1, 500)
  formId: string;

  @IsoTime('submitted at or after; default: the first submission that the form keeps')
  since?: string;

  @IsoTime('submitted at or before; default: now', { notBefore: 'since' })
  until?: string;
}

export class BackfillsQuery extends PageQuery {
  @ApiPropertyOptional({ example: 'lT4Z3j' })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  formId?: string;

  @Several(WALK_STATUSES, 'queued,running')
  status?: WalkStatus[];
}

/** One pass over the responses of a form at Typeform, and its progress. */
export class BackfillView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ example: 'lT4Z3j' })
  formId: string;

  @ApiProperty({
    enum: BACKFILL_TRIGGERS,
    description: 'initial: the first run for a form; daily: by the clock, including follow-ups of other runs',
  })
  trigger: BackfillTrigger;

  @ApiProperty({ enum: WALK_STATUSES })
  status: WalkStatus;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: from the first submission on' })
  since: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: up to now' })
  until: Date | null;

  @ApiProperty({ description: 'responses read at Typeform' })
  seen: number;

  @ApiProperty({ description: 'of these, missing here and added to the inbox' })
  recovered: number;

  @ApiProperty({ description: 'of these, already known here' })
  duplicates: number;

  @ApiProperty({ description: 'of these, not readable: kept as events that fail, to be replayed later' })
  failed: number;

  @ApiProperty({ type: String, nullable: true, description: 'token of the last response processed' })
  cursor: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finishedAt: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'when a queued run continues' })
  nextAttemptAt: Date | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'when the form is next looked at without being asked: after a repair or a request about an hour later, because Typeform may show a submission half an hour late; null: never',
  })
  nextLookAt: Date | null;

  @ApiProperty({ type: String, nullable: true, description: 'what stopped it, and what to do about it' })
  error: string | null;
}

export class BackfillPage {
  @ApiProperty({ type: [BackfillView] })
  items: BackfillView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}
