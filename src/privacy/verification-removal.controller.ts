import { Controller, Delete, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChangeAuthor } from '../access/change-author.decorator';
import { RequireRole } from '../access/require-role.decorator';
import type { Author } from '../audit/audit-log';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { VerificationRemovalResult } from './verification-removal.dto';
import { VerificationRemovalService } from './verification-removal.service';

const DESCRIPTION = `For the forms that the command \`verify\` creates (\`onboarding-verify-...\`): removes the form and
everything received for it, without tombstones. Any other form is 422: what Typeform sent is kept; erase a client
with \`DELETE /v1/clients/{id}\`.`;

@ApiTags('forms')
@ApiBearerAuth()
@ApiAdminProblems()
@Controller('v1/forms')
export class VerificationRemovalController {
  constructor(private readonly removal: VerificationRemovalService) {}

  @Delete(':formId')
  @RequireRole('admin')
  @ApiOperation({
    operationId: 'removeVerificationForm',
    summary: 'Remove the form of a deployment check and everything it sent',
    description: DESCRIPTION,
  })
  @ApiOkResponse({ type: VerificationRemovalResult })
  @ApiProblems('not_found', 'conflict', 'validation_failed')
  remove(@Param('formId') formId: string, @ChangeAuthor() by: Author): Promise<VerificationRemovalResult> {
    return this.removal.remove(formId, by);
  }
}
