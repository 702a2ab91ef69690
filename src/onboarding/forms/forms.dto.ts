import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, Max, Min, registerDecorator, ValidateIf } from 'class-validator';
import { asCountry } from '../../core/identification/countries';
import type { QuestionPlan } from '../../core/identification/plan';
import { IDENTIFIER_KEYS, IdentifierKey, IdentifierMapping, Identifiers } from '../../core/identifiers';
import { MAX_RETENTION_DAYS } from '../../core/retention';
import { MayBeAbsent } from '../../rest/may-be-absent.decorator';
import { FORM_STATUSES, FormStatus } from '../onboarding-form.entity';

/** No control characters and no lone surrogates: refs, ids and names have none, and the database cannot store them. */
const SOURCE = /^[^\p{Control}\p{Surrogate}]{1,256}$/u;

/** An object whose keys are identifiers and whose values name a field or `hidden:<name>`, or are null. */
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
            (source === null || (typeof source === 'string' && SOURCE.test(source))),
        ),
      defaultMessage: () =>
        `identifierMapping must map some of ${IDENTIFIER_KEYS.join(', ')} to a field ref, a field id, hidden:<name>, or null for none`,
    },
  });

/** The code of a country whose phone numbers can be read, or null. */
const IsPhoneCountry = (): PropertyDecorator => (target, property) => {
  ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'DE',
    description:
      'ISO code of the country used to read national phone numbers; null: derived from the answers or the language',
  })(target, property);
  ValidateIf((_object, value) => value !== undefined && value !== null)(target, property);
  registerDecorator({
    name: 'isPhoneCountry',
    target: target.constructor,
    propertyName: String(property),
    validator: {
      validate: (value: unknown) => typeof value === 'string' && asCountry(value) !== null,
      defaultMessage: () => 'phoneCountry must be the ISO code of a country, such as DE or US, or null',
    },
  });
};

const MAPPING_SCHEMA = { type: 'object', additionalProperties: { type: 'string', nullable: true } } as const;
const MAPPING_EXAMPLE = { email: 'work_email', company: 'hidden:account', birthday: null };

export class UpdateFormBody {
  @ApiPropertyOptional({ enum: FORM_STATUSES, description: 'events of a paused form are stored but ignored' })
  @MayBeAbsent()
  @IsIn(FORM_STATUSES)
  status?: FormStatus;

  @IsPhoneCountry()
  phoneCountry?: string | null;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    minimum: 0,
    maximum: MAX_RETENTION_DAYS,
    example: 365,
    description:
      'days that submissions are kept, 0: for ever, null: RESPONSE_RETENTION_DAYS; what is older is removed daily',
  })
  @ValidateIf((_object, value) => value !== undefined && value !== null)
  @IsInt()
  @Min(0)
  @Max(MAX_RETENTION_DAYS)
  retentionDays?: number | null;

  @ApiPropertyOptional({
    ...MAPPING_SCHEMA,
    example: MAPPING_EXAMPLE,
    description:
      'replaces the mapping; null: the form does not ask for this identifier. Applies to events processed from now on (reprocess the form to apply it to older responses)',
  })
  @MayBeAbsent()
  @IsIdentifierMapping()
  identifierMapping?: IdentifierMapping;
}

export class PreviewMappingBody {
  @ApiProperty({ ...MAPPING_SCHEMA, example: MAPPING_EXAMPLE })
  @IsIdentifierMapping()
  identifierMapping: IdentifierMapping;

  @IsPhoneCountry()
  phoneCountry?: string | null;
}

class PreviewedResponse {
  @ApiProperty({ example: 'a3a12ec67a1365927098a606107fac15' })
  token: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  submittedAt: Date | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: '#/components/schemas/IdentifierView' },
    description: 'as stored',
  })
  now: Identifiers;

  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: '#/components/schemas/IdentifierView' },
    description: 'as they would be with this mapping',
  })
  then: Identifiers;

  @ApiProperty({ enum: IDENTIFIER_KEYS, isArray: true, description: 'those that would appear, disappear or change' })
  changed: IdentifierKey[];
}

export class MappingPreview {
  @ApiProperty({ type: [PreviewedResponse], description: 'the newest 20 responses' })
  items: PreviewedResponse[];
}

class MappingProblemView {
  @ApiProperty({ enum: IDENTIFIER_KEYS })
  identifier: IdentifierKey;

  @ApiProperty({ example: 'old_ref' })
  source: string;

  @ApiPropertyOptional({ example: 'the form has no question with the ref or id "old_ref"' })
  reason?: string;
}

class MeaningView {
  @ApiProperty({
    enum: IDENTIFIER_KEYS,
    nullable: true,
    description: "null: an admin's mapping says that the form does not ask for it",
  })
  key: IdentifierKey | null;

  @ApiPropertyOptional({
    enum: IDENTIFIER_KEYS,
    isArray: true,
    description: 'all of them, when one answer contains several',
  })
  parts?: readonly IdentifierKey[];

  @ApiProperty({ enum: ['client', 'other', 'unknown'], description: "only the client's own are used" })
  whose: QuestionPlan['whose'];

  @ApiProperty({ minimum: 0, maximum: 1, example: 0.95 })
  confidence: number;

  @ApiProperty({
    enum: ['mapping', 'type', 'title', 'ref', 'hidden'],
    description:
      'what says so: your mapping, or the type, title or ref of the question, or the name of the hidden field',
  })
  decidedBy: QuestionPlan['decidedBy'];

  @ApiProperty({ example: "the question's type is email" })
  reason: string;
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

  @ApiProperty({ type: MeaningView, nullable: true, description: 'null: it identifies no one' })
  identifies: MeaningView | null;
}

class HiddenFieldView {
  @ApiProperty({ example: 'account' })
  name: string;

  @ApiProperty({ type: MeaningView, nullable: true, description: 'null: it identifies no one' })
  identifies: MeaningView | null;
}

export class FormView {
  @ApiProperty({ example: 'lT4Z3j' })
  formId: string;

  @ApiProperty({ type: String, nullable: true, example: 'Client onboarding' })
  title: string | null;

  @ApiProperty({ enum: FORM_STATUSES })
  status: FormStatus;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'DE',
    description:
      'country of phone numbers without a country code; null: told by the answers, the installation or the language',
  })
  phoneCountry: string | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: null,
    description: 'days that submissions are kept; 0: for ever; null: RESPONSE_RETENTION_DAYS',
  })
  retentionDays: number | null;

  @ApiProperty({ ...MAPPING_SCHEMA, example: { email: 'work_email' } })
  identifierMapping: IdentifierMapping;

  @ApiProperty({
    type: [MappingProblemView],
    description: 'mapped identifiers whose source the form lacked when last compared with Typeform',
  })
  mappingProblems: MappingProblemView[];

  @ApiProperty({
    type: [FormFieldView],
    description: "the questions of the form's definition, then those seen only in submissions",
  })
  fields: FormFieldView[];

  @ApiProperty({
    type: [HiddenFieldView],
    description: "the hidden fields of the form's definition, then those that only submissions brought",
  })
  hidden: HiddenFieldView[];

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when the definition was last read from Typeform; null: never, or about to be read',
  })
  definitionCheckedAt: Date | null;

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
