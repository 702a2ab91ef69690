import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChangeAuthor } from '../../access/change-author.decorator';
import { RequireRole } from '../../access/require-role.decorator';
import type { Author } from '../../audit/audit-log';
import { ApiAdminProblems, ApiProblems } from '../../rest/api-problems.decorator';
import { TypeformForms } from './typeform-forms';
import { TypeformFormPage, TypeformFormsQuery } from './typeform-forms.dto';

@ApiTags('forms')
@ApiBearerAuth()
@ApiAdminProblems()
@Controller('v1/typeform/forms')
export class TypeformFormsController {
  constructor(private readonly forms: TypeformForms) {}

  @Get()
  @RequireRole('operator')
  @ApiOperation({ summary: 'List the forms of the Typeform account, for choosing one to register' })
  @ApiOkResponse({ type: TypeformFormPage })
  @ApiProblems('validation_failed', 'typeform_error', 'typeform_timeout')
  list(@Query() query: TypeformFormsQuery, @ChangeAuthor() by: Author): Promise<TypeformFormPage> {
    return this.forms.list(query, by.requestId);
  }
}
