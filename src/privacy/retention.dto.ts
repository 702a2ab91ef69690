import { ApiProperty } from '@nestjs/swagger';

export class FormRetentionView {
  @ApiProperty({ example: 'lT4Z3j' })
  formId: string;

  @ApiProperty({ type: String, nullable: true, example: 'Client onboarding' })
  title: string | null;

  @ApiProperty({ example: 365, description: 'days that submissions are kept; 0: for ever' })
  retentionDays: number;

  @ApiProperty({ enum: ['form', 'installation'], description: "the form's own setting, or RESPONSE_RETENTION_DAYS" })
  decidedBy: 'form' | 'installation';

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'submissions before it were removed, or are being removed; back-fill does not fetch them again',
  })
  expiredBefore: Date | null;

  @ApiProperty({ description: 'responses that the next daily removal takes away (counted up to 100,000)' })
  expired: number;

  @ApiProperty({ description: 'responses that expire within the next 7 days, those included' })
  expiringWithin7Days: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when the oldest response expires; null: never, or there is none',
  })
  nextExpiryAt: Date | null;
}

export class RetentionPage {
  @ApiProperty({ type: [FormRetentionView] })
  items: FormRetentionView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}
