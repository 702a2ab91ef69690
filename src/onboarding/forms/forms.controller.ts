import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChangeAuthor } from '../../access/change-author.decorator';
import { RequireRole } from '../../access/require-role.decorator';
import type { Author } from '../../audit/audit-log';
import { JobReference } from '../../jobs/jobs.dto';
import { ApiAdminProblems, ApiProblems } from '../../rest/api-problems.decorator';
import { PageQuery } from '../../rest/page';
import { FormPage, FormView, MappingPreview, PreviewMappingBody, UpdateFormBody } from './forms.dto';
import { FormsService } from './forms.service';
import { MappingPreviewer } from './mapping-preview';
import { Reprocessing } from './reprocessing';

@ApiTags('forms')
@ApiBearerAuth()
@ApiAdminProblems()
@Controller('v1/forms')
export class FormsController {
  constructor(
    private readonly forms: FormsService,
    private readonly previewer: MappingPreviewer,
    private readonly reprocessing: Reprocessing,
  ) {}

  @Get()
  @RequireRole('viewer')
  @ApiOperation({ summary: 'List the forms that have a webhook here or have sent something, newest first' })
  @ApiOkResponse({ type: FormPage })
  @ApiProblems('validation_failed')
  list(@Query() query: PageQuery): Promise<FormPage> {
    return this.forms.list(query);
  }

  @Get(':formId')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Get one form, with the meaning of each of its questions' })
  @ApiOkResponse({ type: FormView })
  @ApiProblems('not_found')
  get(@Param('formId') formId: string): Promise<FormView> {
    return this.forms.get(formId);
  }

  @Patch(':formId')
  @RequireRole('admin')
  @ApiOperation({
    summary: 'Pause a form, map its identifiers, or set the country of its phone numbers',
  })
  @ApiOkResponse({ type: FormView })
  @ApiProblems('bad_request', 'not_found', 'validation_failed')
  update(@Param('formId') formId: string, @Body() body: UpdateFormBody, @ChangeAuthor() by: Author): Promise<FormView> {
    return this.forms.update(formId, body, by);
  }

  @Post(':formId/mapping-preview')
  @HttpCode(200)
  @RequireRole('operator')
  @ApiOperation({
    operationId: 'previewMapping',
    summary: 'Preview what a mapping would find in the newest responses; changes nothing',
  })
  @ApiOkResponse({ type: MappingPreview })
  @ApiProblems('bad_request', 'not_found', 'validation_failed')
  preview(
    @Param('formId') formId: string,
    @Body() body: PreviewMappingBody,
    @ChangeAuthor() by: Author,
  ): Promise<MappingPreview> {
    return this.previewer.preview(formId, body, by.requestId);
  }

  @Post(':formId/reprocess')
  @HttpCode(202)
  @RequireRole('operator')
  @ApiOperation({ summary: 'Reprocess all responses of a form with its current mapping' })
  @ApiAcceptedResponse({ type: JobReference, description: 'the job, or the active job of the form that covers it' })
  @ApiProblems('not_found')
  reprocess(@Param('formId') formId: string, @ChangeAuthor() by: Author): Promise<JobReference> {
    return this.reprocessing.start(formId, by);
  }
}
