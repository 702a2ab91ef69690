import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsString, Length } from 'class-validator';
import { ROLES, Role } from './role';
import { MayBeAbsent } from '../rest/may-be-absent.decorator';

export class CreateApiKeyBody {
  @ApiProperty({
    example: 'reporting job',
    minLength: 1,
    maxLength: 100,
    description: 'stays in the audit log forever: describe what the key is for, do not name a person',
  })
  @IsString()
  @Length(1, 100)
  name: string;

  @ApiProperty({ enum: ROLES, example: 'viewer' })
  @IsIn(ROLES)
  role: Role;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'the key never expires when this is absent',
    example: '2030-01-01T00:00:00Z',
  })
  @MayBeAbsent()
  @IsISO8601({ strict: true, strictSeparator: true })
  expiresAt?: string;
}

export class ApiKeyView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ example: 'reporting job' })
  name: string;

  @ApiProperty({ enum: ROLES })
  role: Role;

  @ApiProperty({ format: 'date-time' })
  createdAt: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  revokedAt: Date | null;
}

export class CreatedApiKeyView extends ApiKeyView {
  @ApiProperty({ description: 'Shown here and never again; only its hash is stored', example: 'tfo_0f8b...' })
  key: string;
}

export class ApiKeyPage {
  @ApiProperty({ type: [ApiKeyView] })
  items: ApiKeyView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}
