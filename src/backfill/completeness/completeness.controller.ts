import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChangeAuthor } from '../../access/change-author.decorator';
import { RequireRole } from '../../access/require-role.decorator';
import type { Author } from '../../audit/audit-log';
import { DomainError, type ValidationIssue } from '../../core/problem';
import { ApiAdminProblems, ApiProblems } from '../../rest/api-problems.decorator';
import { CheckCompletenessBody, CompletenessQuery, CompletenessReport } from './completeness.dto';
import { CompletenessService } from './completeness.service';

@ApiTags('completeness')
@ApiBearerAuth()
@ApiAdminProblems()
@Controller('v1/completeness')
export class CompletenessController {
  constructor(private readonly completeness: CompletenessService) {}

  @Get()
  @RequireRole('viewer')
  @ApiOperation({
    summary: 'Is anything lost? For each form, what Typeform has and what became of it; answered from the last check',
  })
  @ApiOkResponse({ type: CompletenessReport })
  @ApiProblems('validation_failed', 'not_found')
  report(@Query() query: CompletenessQuery): Promise<CompletenessReport> {
    return this.completeness.report(query);
  }

  @Post()
  @HttpCode(202)
  @RequireRole('operator')
  @ApiOperation({
    summary: 'Ask Typeform now, in the background',
    description: 'What to check stands in the body or in the query, each part once.',
  })
  @ApiAcceptedResponse({ type: CompletenessReport, description: 'what is known so far; `check` shows the progress' })
  @ApiProblems('bad_request', 'validation_failed', 'not_found')
  check(
    @Query() query: CompletenessQuery,
    @Body() body: CheckCompletenessBody,
    @ChangeAuthor() by: Author,
  ): Promise<CompletenessReport> {
    return this.completeness.check(eachOnce(query, body), by);
  }
}

/** Throws `validation_failed` for what stands in both, and for a window that ends before it begins. */
function eachOnce(query: CompletenessQuery, body: CheckCompletenessBody): CompletenessQuery {
  const given: CompletenessQuery = {};
  const errors: ValidationIssue[] = [];
  for (const path of ['formId', 'since', 'until'] as const) {
    if (query[path] !== undefined && body[path] !== undefined)
      errors.push({ path, message: 'must be in the query or in the body, not in both' });
    given[path] = query[path] ?? body[path];
  }
  const { since, until } = given;
  if (since !== undefined && until !== undefined && new Date(until) < new Date(since))
    errors.push({ path: 'until', message: 'must not be before since' });
  if (errors.length > 0) throw new DomainError('validation_failed', 'the request is not valid', { errors });
  return given;
}
