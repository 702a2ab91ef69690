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

Bodies that belong to nobody (\`dead\`, \`quarantined\`, of a paused form, replaced by a later version) go with it if they name an
e-mail or phone that only this client gave. \`POST /v1/data-subjects/search\` finds what else names the person.

With \`atTypeform=true\` Typeform is asked once everything here is gone. That may fail for some forms: the answer is 200 and
names them. The call may be repeated; for a client that was erased before, the counts are 0 and Typeform is asked again.`;

const ONE = `A tombstone stays, so that it does not come back: later deliveries are \`ignored\` with the reason \`erased\`. With
\`atTypeform=true\` Typeform is asked afterwards, as with \`DELETE /v1/clients/{id}\`.`;

@ApiBearerAuth()
@ApiAdminProblems()
@Controller('v1')
export class ErasureController {
  constructor(private readonly erasure: ErasureService) {}

  @Delete('clients/:id')
  @ApiTags('clients')
  @RequireRole('admin')
  @ApiOperation({
    operationId: 'eraseClient',
    summary: 'Erase a client and everything it sent',
    description: DESCRIPTION,
  })
  @ApiOkResponse({ type: ErasureResult })
  @ApiProblems('not_found', 'conflict', 'validation_failed')
  eraseClient(
    @Param('id', uuidParam('client')) id: string,
    @Query() { atTypeform }: ErasureQuery,
    @ChangeAuthor() by: Author,
  ): Promise<ErasureResult> {
    return this.erasure.eraseClient(id, atTypeform === 'true', by);
  }

  @Delete('responses/:formId/:token')
  @ApiTags('responses')
  @RequireRole('admin')
  @ApiOperation({
    operationId: 'eraseResponse',
    summary: 'Erase a response and all its deliveries',
    description: `Its client stays if it has other responses, and is put together again from these. ${ONE}`,
  })
  @ApiOkResponse({ type: ErasureResult })
  @ApiProblems('not_found', 'conflict', 'validation_failed')
  eraseResponse(
    @Param('formId') formId: string,
    @Param('token') token: string,
    @Query() { atTypeform }: ErasureQuery,
    @ChangeAuthor() by: Author,
  ): Promise<ErasureResult> {
    return this.erasure.eraseResponse({ formId, token }, atTypeform === 'true', by);
  }

  @Delete('deliveries/:eventId')
  @ApiTags('deliveries')
  @RequireRole('admin')
  @ApiOperation({
    operationId: 'eraseDelivery',
    summary: 'Erase a delivery',
    description: `With its response, unless that came from another delivery: then only the body of this one goes. ${ONE}`,
  })
  @ApiOkResponse({ type: ErasureResult })
  @ApiProblems('not_found', 'conflict', 'validation_failed')
  eraseDelivery(
    @Param('eventId') eventId: string,
    @Query() { atTypeform }: ErasureQuery,
    @ChangeAuthor() by: Author,
  ): Promise<ErasureResult> {
    return this.erasure.eraseDelivery(eventId, atTypeform === 'true', by);
  }
}
