import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';

export class ErasureQuery {
  @ApiPropertyOptional({ type: Boolean, default: false, description: 'also ask Typeform to delete the responses' })
  @IsIn(['true', 'false'])
  atTypeform: 'true' | 'false' = 'false';
}

/** A form whose responses Typeform was not (all) asked to delete. */
export class FailedDeletionView {
  @ApiProperty({ example: 'lT4Z3j' })
  formId: string;

  @ApiProperty({
    example: 'typeform_error',
    description: 'typeform_error (refused), typeform_timeout, shutting_down, ...',
  })
  code: string;

  @ApiProperty({ description: "what to do about it, with Typeform's own words" })
  detail: string;
}

export class RemoteDeletionView {
  @ApiProperty({ description: 'responses that Typeform has accepted to delete; it does so later' })
  requested: number;

  @ApiProperty({ type: [FailedDeletionView], description: 'forms for which that failed: call again' })
  failed: FailedDeletionView[];
}

export class ErasureResult {
  @ApiProperty({ description: 'responses erased by this call' })
  responses: number;

  @ApiProperty({ description: 'deliveries of these whose bodies were erased, whatever their status' })
  deliveries: number;

  @ApiProperty({ type: RemoteDeletionView, nullable: true, description: 'null unless atTypeform=true' })
  atTypeform: RemoteDeletionView | null;
}
