import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { SIGN_IN_METHODS, type SignInMethod } from '../principal';
import { ROLES, Role } from '../role';

export class StartSessionBody {
  @ApiProperty({ description: 'Exchanged for a cookie and not kept', example: 'tfo_0f8b...' })
  @IsString()
  @Length(1, 512)
  apiKey: string;
}

export class EndSessionQuery {
  @ApiPropertyOptional({
    enum: ['true', 'false'],
    description: 'true: all sessions of this API key or person end, in every browser',
  })
  @IsOptional()
  @IsIn(['true', 'false'])
  everywhere?: 'true' | 'false';
}

export class SessionView {
  @ApiProperty({ example: 'reporting job', description: 'of the API key, or of whoever signed in' })
  name: string;

  @ApiProperty({ enum: ROLES })
  role: Role;

  @ApiProperty({ enum: SIGN_IN_METHODS, description: 'how they signed in' })
  via: SignInMethod;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'when the session ends at the latest; it ends earlier after two hours without a request. For a call with an API key its expiry; null: never',
  })
  expiresAt: Date | null;
}
