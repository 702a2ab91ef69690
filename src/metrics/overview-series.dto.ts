import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { MayBeAbsent } from '../rest/may-be-absent.decorator';
import { OverviewQuery } from './overview.dto';

export class OverviewSeriesQuery extends OverviewQuery {
  @ApiPropertyOptional({
    minimum: 1,
    maximum: 200,
    default: 30,
    description: 'how many buckets the window is divided into, each of whole minutes; there may be fewer',
  })
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  buckets: number = 30;
}

export class SeriesBucketView {
  @ApiProperty({ format: 'date-time', description: 'its first minute' })
  at: Date;

  @ApiProperty({ description: 'webhooks that were committed for the first time' })
  received: number;

  @ApiProperty({ description: 'webhooks that had already been received' })
  duplicates: number;

  @ApiProperty({ description: 'submissions that only a back-fill found' })
  recovered: number;

  @ApiProperty({ description: 'webhooks that this service could not take in; Typeform sends them again' })
  failed: number;

  @ApiProperty({ description: 'requests that were refused for their signature, their path or their content' })
  refused: number;
}

export class DisabledPeriodView {
  @ApiProperty({ format: 'uuid' })
  webhookId: string;

  @ApiProperty({ example: 'lT4Z3j' })
  formId: string;

  @ApiProperty({
    format: 'date-time',
    description: 'when it was last known to deliver: Typeform disabled it then or later',
  })
  since: Date;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when it was enabled again; null: not yet',
  })
  until: Date | null;
}

export class OverviewSeriesView {
  @ApiProperty({ format: 'date-time' })
  since: Date;

  @ApiProperty({ format: 'date-time' })
  until: Date;

  @ApiProperty({ example: 60, description: 'length of each bucket in minutes' })
  bucketMinutes: number;

  @ApiProperty({ type: [SeriesBucketView], description: 'the oldest first' })
  buckets: SeriesBucketView[];

  @ApiProperty({
    type: [DisabledPeriodView],
    description: 'periods in which Typeform had disabled a webhook that should deliver, newest first, at most 200',
  })
  disabled: DisabledPeriodView[];
}
