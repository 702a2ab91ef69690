import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, registerDecorator } from 'class-validator';
import { IDENTIFIER_KEYS, IdentifierKey, IdentifierMapping } from '../core/identifiers';
import { FORM_STATUSES, FormStatus } from './onboarding-form.entity';
import { MayBeAbsent } from '../rest/may-be-absent.decorator';

const MAX_SOURCE_LENGTH = 256;

/** An object whose keys are identifiers and whose values name a field or `hidden:<name>`. */
const IsIdentifierMapping = (): PropertyDecorator => (target, property) =>
  registerDecorator({
    name: 'isIdentifierMapping',
    target: target.constructor,
    propertyName: String(property),
    validator: {
      validate: (value: unknown) =>
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.entries(value).every(
          ([key, source]) =>
            (IDENTIFIER_KEYS as readonly string[]).includes(key) &&
            typeof source === 'string' &&
            source.length > 0 &&
            source.length <= MAX_SOURCE_LENGTH,
        ),
      defaultMessage: () =>
        `identifierMapping must map some of ${IDENTIFIER_KEYS.join(', ')} to a field ref, a field id or hidden:<name>`,
    },
  });

export class UpdateFormBody {
  @ApiPropertyOptional({ enum: FORM_STATUSES, description: 'events of a paused form are kept and ignored' })
  @MayBeAbsent()
  @IsIn(FORM_STATUSES)
  status?: FormStatus;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { email: 'work_email', company: 'hidden:account' },
    description: 'replaces the mapping; applies to events processed from now on (replay to apply it to older ones)',
  })
  @MayBeAbsent()
  @IsIdentifierMapping()
  identifierMapping?: IdentifierMapping;
}

class MappingProblemView {
  @ApiProperty({ enum: IDENTIFIER_KEYS })
  identifier: IdentifierKey;

  @ApiProperty({ example: 'old_ref' })
  source: string;
}

class FormFieldView {
  @ApiProperty({ example: 'hVONkQcnSNRj' })
  id: string;

  @ApiProperty({ type: String, nullable: true, example: 'work_email' })
  ref: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Your work e-mail' })
  title: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'email' })
  type: string | null;
}

export class FormView {
  @ApiProperty({ example: 'lT4Z3j' })
  formId: string;

  @ApiProperty({ type: String, nullable: true, example: 'Client onboarding' })
  title: string | null;

  @ApiProperty({ enum: FORM_STATUSES })
  status: FormStatus;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { email: 'work_email' } })
  identifierMapping: IdentifierMapping;

  @ApiProperty({
    type: [MappingProblemView],
    description:
      'mapped identifiers whose question or hidden field was not in the form when last compared with Typeform',
  })
  mappingProblems: MappingProblemView[];

  @ApiProperty({ type: [FormFieldView], description: 'the questions seen so far' })
  fields: FormFieldView[];

  @ApiProperty()
  responseCount: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastResponseAt: Date | null;

  @ApiProperty({ format: 'date-time' })
  createdAt: Date;

  @ApiProperty({ format: 'date-time' })
  updatedAt: Date;
}

export class FormPage {
  @ApiProperty({ type: [FormView] })
  items: FormView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}
