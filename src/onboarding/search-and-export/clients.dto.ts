import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches } from 'class-validator';
import { PageQuery } from '../../rest/page';
import type { ClientIdentifiers } from '../../core/client-record';
import { IdentifierView, ResponseView } from './responses.dto';
import { MayBeAbsent } from '../../rest/may-be-absent.decorator';

export class ClientsQuery extends PageQuery {
  @ApiPropertyOptional({
    example: 'ada@example.com',
    description: 'an e-mail given in any of the responses; case does not matter',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, 320)
  email?: string;

  @ApiPropertyOptional({
    example: '+12025550123',
    description: 'a phone given in any of the responses; in any notation, with or without a country code',
  })
  @MayBeAbsent()
  @IsString()
  @Matches(/(?:\d\D*){5}/, { message: 'phone must have at least five digits' })
  @Length(1, 60)
  phone?: string;

  @ApiPropertyOptional({
    example: 'lovelace',
    description:
      'words, each of which occurs in a name, company, e-mail or phone of any response; case and accents do not matter',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, 200)
  q?: string;

  @ApiPropertyOptional({
    type: Boolean,
    description: 'only clients that share a phone with another, or only those that do not',
  })
  @MayBeAbsent()
  @IsIn(['true', 'false'])
  conflict?: 'true' | 'false';
}

/** What only a person can decide. */
export class ClientConflictView {
  @ApiProperty({ enum: ['shared_phone'] })
  kind: 'shared_phone';

  @ApiProperty({ example: '+12025550123' })
  phone: string;

  @ApiProperty({ type: [String], format: 'uuid', description: 'other clients that gave this phone: the first 20' })
  clientIds: string[];
}

export class ClientIdentifierView extends IdentifierView {
  @ApiProperty({
    example: 'lT4Z3j/a3a12ec67a1365927098a606107fac15',
    type: String,
    nullable: true,
    description: 'the response: <formId>/<token>; null: corrected by hand',
  })
  from: string | null;
}

export class ClientView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ type: String, nullable: true, example: 'ada@example.com' })
  email: string | null;

  @ApiProperty({ type: String, nullable: true, example: '+12025550123' })
  phone: string | null;

  @ApiProperty({ type: 'object', additionalProperties: { $ref: '#/components/schemas/ClientIdentifierView' } })
  identifiers: ClientIdentifiers;

  @ApiProperty({ type: [ClientConflictView] })
  conflicts: ClientConflictView[];

  @ApiProperty({ format: 'date-time' })
  createdAt: Date;

  @ApiProperty({ format: 'date-time' })
  updatedAt: Date;
}

export class ClientDetailView extends ClientView {
  @ApiProperty({ type: [ResponseView], description: 'the newest 200; list all with GET /v1/responses?clientId=' })
  responses: ResponseView[];
}

export class ClientPage {
  @ApiProperty({ type: [ClientView] })
  items: ClientView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}
