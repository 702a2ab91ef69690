import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { IsIn, IsString, IsUUID, Length } from 'class-validator';
import { IDENTIFIER_KEYS, Identifiers } from '../../core/identifiers';
import { ANY_VALUE } from '../../rest/any-value';
import { PageQuery } from '../../rest/page';
import { IsoTime } from '../../rest/time-range';
import { RESPONSE_TYPES, ResponseType } from '../form-response.entity';
import { MayBeAbsent } from '../../rest/may-be-absent.decorator';

export class ResponsesQuery extends PageQuery {
  @ApiPropertyOptional({ example: 'lT4Z3j' })
  @MayBeAbsent()
  @IsString()
  @Length(1, 128)
  formId?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsUUID()
  clientId?: string;

  @ApiPropertyOptional({ enum: RESPONSE_TYPES })
  @MayBeAbsent()
  @IsIn(RESPONSE_TYPES)
  type?: ResponseType;

  @ApiPropertyOptional({
    enum: ['true', 'false', 'all'],
    default: 'all',
    description: 'test requests from Typeform: only these, none of these, or all',
  })
  @MayBeAbsent()
  @IsIn(['true', 'false', 'all'])
  test?: 'true' | 'false' | 'all';

  @ApiPropertyOptional({
    example: 'lovelace london',
    description: 'words, addresses and numbers, all of which must occur in the answers; case and accents do not matter',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, 200)
  q?: string;

  @IsoTime('submitted at or after')
  submittedSince?: string;

  @IsoTime('submitted before', { notBefore: 'submittedSince' })
  submittedUntil?: string;
}

const EXPORT_FORMATS = ['ndjson', 'csv', 'xlsx'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export class ExportQuery extends OmitType(ResponsesQuery, ['limit', 'cursor'] as const) {
  @ApiProperty({ enum: EXPORT_FORMATS })
  @IsIn(EXPORT_FORMATS)
  format: ExportFormat;
}

export class IdentifierView {
  @ApiProperty({ example: 'ada@example.com' })
  value: string;

  @ApiProperty({ example: 'field:hVONkQcnSNRj', description: 'field:<id>, hidden:<name>, or admin: corrected by hand' })
  source: string;

  @ApiProperty({ example: 0.95, minimum: 0, maximum: 1 })
  confidence: number;

  @ApiPropertyOptional({
    enum: [false],
    description: 'there when the value could not be brought into its form: it is shown as typed and finds nobody',
  })
  normalised?: false;
}

class AnswerView {
  @ApiProperty({ example: 'hVONkQcnSNRj' })
  fieldId: string;

  @ApiProperty({ type: String, nullable: true, example: 'work_email' })
  ref: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Your work e-mail' })
  title: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'email' })
  fieldType: string | null;

  @ApiProperty({ example: 'email' })
  type: string;

  @ApiProperty({ ...ANY_VALUE, example: 'ada@example.com', description: "Typeform's value of this type, as received" })
  value: unknown;
}

class EndingView {
  @ApiProperty({ type: String, nullable: true })
  id: string | null;

  @ApiProperty({ type: String, nullable: true })
  ref: string | null;
}

export class ResponseView {
  @ApiProperty({ example: 'lT4Z3j' })
  formId: string;

  @ApiProperty({ example: 'a3a12ec67a1365927098a606107fac15' })
  token: string;

  @ApiProperty({ description: 'the delivery this state came from' })
  eventId: string;

  @ApiProperty({ enum: RESPONSE_TYPES })
  responseType: ResponseType;

  @ApiProperty({ description: "sent by Typeform's test button" })
  test: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  landedAt: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  submittedAt: Date | null;

  @ApiProperty({ format: 'date-time' })
  receivedAt: Date;

  @ApiProperty({ type: [AnswerView] })
  answers: AnswerView[];

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { utm_source: 'newsletter' } })
  hidden: Record<string, string>;

  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [{ key: 'plan', type: 'text', text: 'pro' }],
  })
  variables: unknown[];

  @ApiProperty({ type: Number, nullable: true })
  score: number | null;

  @ApiProperty({ type: EndingView, nullable: true })
  ending: EndingView | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: null })
  outcome: unknown;

  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: '#/components/schemas/IdentifierView' },
    description: `the identifiers found, out of ${IDENTIFIER_KEYS.join(', ')}`,
  })
  identifiers: Identifiers;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  clientId: string | null;
}

export class ResponsePage {
  @ApiProperty({ type: [ResponseView] })
  items: ResponseView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}
