/** Request bodies of admins' decisions about clients. */
import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsDefined,
  IsObject,
  IsString,
  IsUUID,
  Length,
  ValidateNested,
} from 'class-validator';
import { canonicalValue } from '../../core/identification/canonical-value';
import { IDENTIFIER_KEYS, type IdentifierKey } from '../../core/identifiers';
import { DomainError, type ValidationIssue } from '../../core/problem';
import type { CorrectionChange, CorrectionChanges } from './client-decisions';

const MAX_SPLIT_RESPONSES = 200;

/** Withdraws a correction: the responses decide again. */
export class ResetCorrection {
  @ApiProperty({ enum: [true] })
  reset: true;
}

export class CorrectClientBody {
  @ApiProperty({
    type: 'object',
    additionalProperties: {
      oneOf: [{ type: 'string', nullable: true }, { $ref: getSchemaPath(ResetCorrection) }],
    },
    example: { lastName: 'Garcia', company: null, city: { reset: true } },
    description: `some of ${IDENTIFIER_KEYS.join(', ')}: a value, null to remove the identifier, {"reset": true} to return to what the responses say`,
  })
  @IsDefined()
  @IsObject()
  identifiers: Record<string, unknown>;
}

export class MergeClientBody {
  @ApiProperty({ format: 'uuid', description: 'the client that becomes part of this one' })
  @IsUUID()
  otherId: string;
}

export class ResponseReference {
  @ApiProperty({ example: 'lT4Z3j' })
  @IsString()
  @Length(1, 128)
  formId: string;

  @ApiProperty({ example: 'a3a12ec67a1365927098a606107fac15' })
  @IsString()
  @Length(1, 128)
  token: string;
}

export class SplitClientBody {
  @ApiProperty({ type: [ResponseReference], description: 'the responses of the other person' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_SPLIT_RESPONSES)
  @ValidateNested({ each: true })
  @Type(() => ResponseReference)
  responses: ResponseReference[];
}

/** Checks and normalises corrections. Throws `validation_failed` with every problem found. */
export function readCorrections({ identifiers }: CorrectClientBody): CorrectionChanges {
  const errors: ValidationIssue[] = [];
  const changes: CorrectionChanges = {};
  for (const [key, value] of Object.entries(identifiers)) {
    const change = isKey(key) ? readCorrection(key, value) : `is not an identifier: use ${IDENTIFIER_KEYS.join(', ')}`;
    if (typeof change === 'string') errors.push({ path: `identifiers.${key}`, message: change });
    else if (isKey(key)) changes[key] = change;
  }
  if (errors.length === 0 && Object.keys(changes).length === 0)
    errors.push({ path: 'identifiers', message: 'must name an identifier to correct' });
  if (errors.length > 0) throw new DomainError('validation_failed', 'the request is not valid', { errors });
  return changes;
}

/** The change, or what is wrong with it. */
function readCorrection(key: IdentifierKey, value: unknown): CorrectionChange | string {
  if (value === null) return { value: null };
  if (isReset(value)) return { reset: true };
  if (typeof value !== 'string') return 'must be text, null, or {"reset": true}';
  const canonical = canonicalValue(key, value);
  return canonical === null
    ? (EXPECTED[key] ?? 'must not be empty; null removes the identifier')
    : { value: canonical };
}

const EXPECTED: Partial<Record<IdentifierKey, string>> = {
  email: 'must be an e-mail address',
  phone: 'must be a phone number with its country code, such as +12025550123',
  birthday: 'must be a date, YYYY-MM-DD',
};

function isKey(key: string): key is IdentifierKey {
  return (IDENTIFIER_KEYS as readonly string[]).includes(key);
}

function isReset(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length === 1 &&
    'reset' in value &&
    value.reset === true
  );
}
