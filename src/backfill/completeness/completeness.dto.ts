import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';
import { VERDICTS, Verdict } from '../../core/completeness';
import { IsoTime } from '../../rest/time-range';
import { WALK_STATUSES, WalkStatus } from '../walk/walk-run.entity';

export class CompletenessQuery {
  @ApiPropertyOptional({
    example: 'lT4Z3j',
    description: 'a form id, or any Typeform link to the form; default: every form with a webhook registered here',
  })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  formId?: string;

  @IsoTime('submitted at or after; default: the first submission that the form keeps')
  since?: string;

  @IsoTime('submitted at or before; default: what can be known, up to `knownUntil`', { notBefore: 'since' })
  until?: string;
}

/** What to check; may stand in the query as well. */
export class CheckCompletenessBody {
  @ApiPropertyOptional({
    example: 'lT4Z3j',
    description: 'a form id, or any Typeform link to the form; default: every form with a webhook registered here',
  })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  formId?: string;

  @IsoTime('how far to look back; default: the first submission that the form keeps')
  since?: string;

  @IsoTime('where the window of the answer ends; the check itself looks at everything from `since` on', {
    notBefore: 'since',
  })
  until?: string;
}

/** The newest check of a form. */
export class CheckView {
  @ApiProperty({ enum: WALK_STATUSES })
  status: WalkStatus;

  @ApiProperty({ description: 'responses listed at Typeform so far' })
  seen: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'it looks at what was submitted from then on; null: at everything',
  })
  since: Date | null;

  @ApiProperty({ format: 'date-time' })
  requestedAt: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finishedAt: Date | null;

  @ApiProperty({ type: String, nullable: true, description: 'what stopped it, and what to do about it' })
  error: string | null;
}

/** What became of the submissions that Typeform has of a form, each counted once. The counts are null before the first check. */
export class FormCompleteness {
  @ApiProperty({ example: 'lT4Z3j' })
  formId: string;

  @ApiProperty({ type: Number, nullable: true })
  atTypeform: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'of these, delivered by a webhook' })
  received: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'of these, here by back-fill only' })
  recovered: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'of these, here but not processed: they failed so far' })
  failed: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'of these, erased here' })
  erased: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'of these, not here' })
  missing: number | null;

  @ApiProperty({
    enum: VERDICTS,
    description:
      'missing: something is not here, and a back-fill is on its way; complete; unreachable: Typeform could not be asked, see check.error; not_yet_known: no check covers the window yet, or it ends within the last hour, which Typeform may not show yet',
  })
  verdict: Verdict;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when Typeform was last asked about the window',
  })
  checkedAt: Date | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'that check may not have seen what was submitted later',
  })
  knownUntil: Date | null;

  @ApiProperty({ type: CheckView, nullable: true, description: 'the newest check' })
  check: CheckView | null;
}

export class CompletenessReport {
  @ApiProperty({ type: [FormCompleteness] })
  items: FormCompleteness[];
}
