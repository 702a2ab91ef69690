import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ChangeAuthor } from '../access/change-author.decorator';
import { RequireRole } from '../access/require-role.decorator';
import type { AuditEntry } from '../audit/audit-entry.entity';
import { AuditLog, Author } from '../audit/audit-log';
import { isNobody, wantedPerson } from '../core/person-traces';
import { DomainError } from '../core/problem';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { toPage } from '../rest/page';
import { DataSubjectErasure } from './data-subject-erasure';
import { DataSubjectSearch } from './data-subject-search';
import {
  DataSubjectErasureBody,
  DataSubjectErasureResult,
  DataSubjectSearchBody,
  DataSubjectView,
  ErasurePage,
  ErasuresQuery,
  ErasureView,
} from './data-subjects.dto';
import { ErasuresRepository } from './erasures.repository';

const SEARCH = `Everything held of a person, whoever it is filed under: clients, responses, and events, also those whose bodies
belong to nobody because they were never processed (\`quarantined\`, \`ignored\`, \`dead\`, waiting) or were replaced by a
later version. Bodies are read one by one, so that many unprocessed events take time. Leaves an audit entry without what was
looked for.`;

const ERASE = `Erases everything that is found by e-mail or phone (with its country code), and the clients, responses and events that are
named; ids that do not exist are left out. Look at it with \`preview\` or the search first: a response that only mentions the person,
and clients who share the phone, are among what is found. Where only a replaced version of a response names the person, its body
alone goes. Tombstones keep what was erased from coming back, as with \`DELETE /v1/clients/{id}\`. Repeating the call is safe; name
\`responses\` to ask Typeform again for those that were erased before.`;

@ApiTags('data subjects')
@ApiBearerAuth()
@ApiAdminProblems()
@Controller('v1')
export class DataSubjectsController {
  constructor(
    private readonly subjects: DataSubjectSearch,
    private readonly erasure: DataSubjectErasure,
    private readonly erasures: ErasuresRepository,
    private readonly audit: AuditLog,
  ) {}

  @Post('data-subjects/search')
  @HttpCode(200)
  @RequireRole('operator')
  @ApiOperation({
    operationId: 'searchDataSubject',
    summary: 'Find everything held of a person',
    description: SEARCH,
  })
  @ApiOkResponse({ type: DataSubjectView })
  @ApiProblems('bad_request', 'conflict', 'validation_failed')
  async search(@Body() body: DataSubjectSearchBody, @ChangeAuthor() by: Author): Promise<DataSubjectView> {
    const person = wantedPerson(body);
    if (isNobody(person)) {
      throw new DomainError('validation_failed', 'the body is not valid', {
        errors: [{ path: '', message: 'must have an email, a phone or a name that can be looked for' }],
      });
    }
    const { email, phone, name } = body;
    const parts = Object.entries({ email, phone, name }).flatMap(([part, given]) =>
      given === undefined ? [] : [part],
    );
    await this.audit.recordRead({ ...by, action: 'data_subject.searched', subject: '*', details: { by: parts } });
    const { clientIds, responses, events } = await this.subjects.find(person);
    const counts = { clients: clientIds.length, responses: responses.length, events: events.length };
    return { counts, clientIds, responses, events };
  }

  @Post('data-subjects/erase')
  @HttpCode(200)
  @RequireRole('admin')
  @ApiOperation({ operationId: 'eraseDataSubject', summary: 'Erase everything held of a person', description: ERASE })
  @ApiOkResponse({ type: DataSubjectErasureResult })
  @ApiProblems('bad_request', 'conflict', 'validation_failed')
  erase(@Body() body: DataSubjectErasureBody, @ChangeAuthor() by: Author): Promise<DataSubjectErasureResult> {
    return this.erasure.erase(body, by);
  }

  @Get('erasures')
  @RequireRole('viewer')
  @ApiOperation({
    operationId: 'listErasures',
    summary: 'List erasures, newest first: when, by whom and how much; never whom',
  })
  @ApiOkResponse({ type: ErasurePage })
  @ApiProblems('validation_failed')
  async list(@Query() { limit, cursor }: ErasuresQuery): Promise<ErasurePage> {
    const rows = await this.erasures.list(limit, cursor);
    return toPage(rows, limit, (row) => [row.at, row.id], toView);
  }
}

const Details = z.object({ responses: z.number(), deliveries: z.number(), atTypeform: z.boolean() });
const KINDS: Record<string, ErasureView['kind']> = {
  'client.erased': 'client',
  'response.erased': 'response',
  'delivery.erased': 'delivery',
};

function toView({ at, actorId, actorName, action, details }: AuditEntry): ErasureView {
  const { responses, deliveries: events, atTypeform } = Details.parse(details);
  return { at, actorId, actorName, kind: KINDS[action] ?? 'data_subject', responses, events, atTypeform };
}
