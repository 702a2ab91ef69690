import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { PageQuery } from '../rest/page';
import { IsoTime } from '../rest/time-range';
import { BACKFILL_STATUSES, BACKFILL_TRIGGERS, BackfillStatus, BackfillTrigger } from './backfill-run.entity';

export class StartBackfillBody {
  @ApiProperty({ example: 'lT4Z3j', description: 'a form id, or any Typeform link to the form' })
  @IsString()
  @Length(1, 500)
  formId: string;

  @IsoTime('submitted at or after; default: the first submission')
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

  @ApiPropertyOptional({ enum: BACKFILL_STATUSES })
  @IsOptional()
  @IsIn(BACKFILL_STATUSES)
  status?: BackfillStatus;
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

  @ApiProperty({ enum: BACKFILL_STATUSES })
  status: BackfillStatus;

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

  @ApiProperty({ type: String, nullable: true, description: 'what stopped it, and what to do about it' })
  error: string | null;
}

export class BackfillPage {
  @ApiProperty({ type: [BackfillView] })
  items: BackfillView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}
