import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../../rest/may-be-absent.decorator';
import { PageQuery } from '../../rest/page';

export class TypeformFormsQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'words of the title' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(200)
  q?: string;
}

/** A form of the Typeform account. */
export class TypeformFormView {
  @ApiProperty({ example: 'lT4Z3j' })
  formId: string;

  @ApiProperty()
  title: string;

  @ApiProperty({ type: String, nullable: true, description: 'where respondents fill it in' })
  displayUrl: string | null;

  @ApiProperty({ type: Date, nullable: true, description: 'when it was last changed at Typeform' })
  lastUpdatedAt: Date | null;
}

export class TypeformFormPage {
  @ApiProperty({ type: [TypeformFormView] })
  items: TypeformFormView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}
