import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChangeAuthor } from '../access/change-author.decorator';
import { RequireRole } from '../access/require-role.decorator';
import type { Author } from '../audit/audit-log';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { PageQuery } from '../rest/page';
import { FormPage, FormView, UpdateFormBody } from './forms.dto';
import { FormsService } from './forms.service';

@ApiTags('forms')
@ApiBearerAuth()
@ApiAdminProblems()
@Controller('v1/forms')
export class FormsController {
  constructor(private readonly forms: FormsService) {}

  @Get()
  @RequireRole('viewer')
  @ApiOperation({ summary: 'List the forms that sent something, the newest first' })
  @ApiOkResponse({ type: FormPage })
  @ApiProblems('validation_failed')
  list(@Query() query: PageQuery): Promise<FormPage> {
    return this.forms.list(query);
  }

  @Get(':formId')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Get one form' })
  @ApiOkResponse({ type: FormView })
  @ApiProblems('not_found')
  get(@Param('formId') formId: string): Promise<FormView> {
    return this.forms.get(formId);
  }

  @Patch(':formId')
  @RequireRole('admin')
  @ApiOperation({ summary: 'Pause a form or say where its identifiers are' })
  @ApiOkResponse({ type: FormView })
  @ApiProblems('bad_request', 'not_found', 'validation_failed')
  update(@Param('formId') formId: string, @Body() body: UpdateFormBody, @ChangeAuthor() by: Author): Promise<FormView> {
    return this.forms.update(formId, body, by);
  }
}
