import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChangeAuthor } from '../../access/change-author.decorator';
import { RequireRole } from '../../access/require-role.decorator';
import type { Author } from '../../audit/audit-log';
import { ApiAdminProblems, ApiProblems } from '../../rest/api-problems.decorator';
import { ChecklistLineView, ChecklistView, FillBlankBody, SignLineBody } from './checklist.dto';
import { ChecklistService } from './checklist.service';

@ApiTags('installation')
@ApiBearerAuth()
@ApiAdminProblems()
@Controller('v1/checklist')
export class ChecklistController {
  constructor(private readonly checklist: ChecklistService) {}

  @Get()
  @RequireRole('viewer')
  @ApiOperation({
    summary: 'Get the production checklist',
    description: 'The latest state of the command checklist: each line with its status, evidence and signature.',
  })
  @ApiOkResponse({ type: ChecklistView })
  @ApiProblems('conflict')
  get(): Promise<ChecklistView> {
    return this.checklist.get();
  }

  @Post('lines/:id/signature')
  @HttpCode(200)
  @RequireRole('admin')
  @ApiOperation({ operationId: 'signChecklistLine', summary: 'Sign a line, replacing any earlier signature' })
  @ApiOkResponse({ type: ChecklistLineView })
  @ApiProblems('bad_request', 'not_found', 'conflict', 'validation_failed')
  sign(@Param('id') id: string, @Body() body: SignLineBody, @ChangeAuthor() by: Author): Promise<ChecklistLineView> {
    return this.checklist.sign(id, body, by);
  }

  @Delete('lines/:id/signature')
  @HttpCode(204)
  @RequireRole('admin')
  @ApiOperation({ operationId: 'withdrawChecklistSignature', summary: 'Withdraw the signature of a line' })
  @ApiNoContentResponse()
  @ApiProblems('not_found', 'conflict')
  unsign(@Param('id') id: string, @ChangeAuthor() by: Author): Promise<void> {
    return this.checklist.unsign(id, by);
  }

  @Patch('lines/:id')
  @RequireRole('admin')
  @ApiOperation({ operationId: 'fillChecklistBlank', summary: 'Fill in a blank; an empty value clears it' })
  @ApiOkResponse({ type: ChecklistLineView })
  @ApiProblems('bad_request', 'not_found', 'conflict', 'validation_failed')
  fill(
    @Param('id') id: string,
    @Body() { value }: FillBlankBody,
    @ChangeAuthor() by: Author,
  ): Promise<ChecklistLineView> {
    return this.checklist.fill(id, value, by);
  }
}
