import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { MayBeAbsent } from '../rest/may-be-absent.decorator';
import { PageQuery } from '../rest/page';
import { Several } from '../rest/several.decorator';
import { JOB_ERRORS, JOB_KINDS, JOB_STATUSES, JobError, JobKind, JobStatus } from './job.entity';

export class JobsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: JOB_KINDS })
  @MayBeAbsent()
  @IsIn(JOB_KINDS)
  kind?: JobKind;

  @Several(JOB_STATUSES, 'queued,running')
  status?: JobStatus[];
}

/** Where to look up its progress. */
export class JobReference {
  @ApiProperty({ format: 'uuid', description: 'see GET /v1/jobs/{id}' })
  jobId: string;
}

export class JobView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({
    enum: JOB_KINDS,
    description:
      'reprocess: reads the responses of a form again; replay: processes deliveries again; retention: removes what has expired',
  })
  kind: JobKind;

  @ApiProperty({ enum: JOB_STATUSES })
  status: JobStatus;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { formId: 'lT4Z3j' } })
  params: object;

  @ApiProperty({ type: Number, nullable: true, description: 'number of items; null until they are counted' })
  total: number | null;

  @ApiProperty({ description: 'responses that were reprocessed, or deliveries that were queued again' })
  done: number;

  @ApiProperty({ description: 'items that failed and were left unchanged; see the log' })
  failed: number;

  @ApiProperty({ enum: JOB_ERRORS, nullable: true, description: 'why it failed, or why it is waiting to be retried' })
  error: JobError | null;

  @ApiProperty({ example: 'on duty', description: 'name of the API key that requested it' })
  createdBy: string;

  @ApiProperty({ format: 'date-time' })
  createdAt: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finishedAt: Date | null;
}

export class JobPage {
  @ApiProperty({ type: [JobView] })
  items: JobView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}
