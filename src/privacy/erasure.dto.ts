import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';

export class ErasureQuery {
  @ApiPropertyOptional({ type: Boolean, default: false, description: 'also ask Typeform to delete the responses' })
  @IsIn(['true', 'false'])
  atTypeform: 'true' | 'false' = 'false';
}

/** A form for which Typeform was not asked to delete all responses. */
export class FailedDeletionView {
  @ApiProperty({ example: 'lT4Z3j' })
  formId: string;

  @ApiProperty({
    example: 'typeform_error',
    description: 'typeform_error (refused), typeform_timeout, shutting_down, ...',
  })
  code: string;

  @ApiProperty({ type: [String], description: 'tokens of the responses' })
  tokens: string[];

  @ApiProperty({ description: "the remedy, with Typeform's own message" })
  detail: string;
}

export class RemoteDeletionView {
  @ApiProperty({ description: 'responses that Typeform has agreed to delete; it does so later' })
  requested: number;

  @ApiProperty({ type: [FailedDeletionView], description: 'forms for which the deletion failed: call again' })
  failed: FailedDeletionView[];
}

export class ErasureResult {
  @ApiProperty({ description: 'responses erased by this call' })
  responses: number;

  @ApiProperty({ description: 'deliveries of these responses whose bodies were erased, in any status' })
  deliveries: number;

  @ApiProperty({ type: RemoteDeletionView, nullable: true, description: 'null unless atTypeform=true' })
  atTypeform: RemoteDeletionView | null;
}
