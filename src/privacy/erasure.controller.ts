import { Controller, Delete, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChangeAuthor } from '../access/change-author.decorator';
import { RequireRole } from '../access/require-role.decorator';
import type { Author } from '../audit/audit-log';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { uuidParam } from '../rest/uuid-param';
import { ErasureQuery, ErasureResult } from './erasure.dto';
import { ErasureService } from './erasure.service';

const DESCRIPTION = `Removes the client, its responses and the bodies of all their deliveries, regardless of their status.
Tombstones without personal data stay, so that neither a replay, another delivery, nor a back-fill brings them back: such a
delivery is \`ignored\` with the reason \`erased\`, its body is 404, a replay of it 409. A later submission of the same person
makes a new client.

Deliveries that belong to no client yet are not found by it: look for what is \`dead\` or \`quarantined\`, or ignored because
a form is paused.

With \`atTypeform=true\` Typeform is asked once everything here is gone. That may fail for some forms: the answer is 200 and
names them. The call may be repeated; for a client that was erased before, the counts are 0 and Typeform is asked again.`;

@ApiTags('clients')
@ApiBearerAuth()
@ApiAdminProblems()
@Controller('v1/clients')
export class ErasureController {
  constructor(private readonly erasure: ErasureService) {}

  @Delete(':id')
  @RequireRole('admin')
  @ApiOperation({
    operationId: 'eraseClient',
    summary: 'Erase a client and everything it sent',
    description: DESCRIPTION,
  })
  @ApiOkResponse({ type: ErasureResult })
  @ApiProblems('not_found', 'conflict', 'validation_failed')
  erase(
    @Param('id', uuidParam('client')) id: string,
    @Query() { atTypeform }: ErasureQuery,
    @ChangeAuthor() by: Author,
  ): Promise<ErasureResult> {
    return this.erasure.erase(id, atTypeform === 'true', by);
  }
}
