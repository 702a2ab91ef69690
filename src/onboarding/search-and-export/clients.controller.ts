import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { ChangeAuthor } from '../../access/change-author.decorator';
import { RequireRole } from '../../access/require-role.decorator';
import type { Author } from '../../audit/audit-log';
import { ApiAdminProblems, ApiProblems } from '../../rest/api-problems.decorator';
import { uuidParam } from '../../rest/uuid-param';
import { ClientDecisions } from '../who-is-it/client-decisions';
import {
  CorrectClientBody,
  MergeClientBody,
  readCorrections,
  ResetCorrection,
  SplitClientBody,
} from '../who-is-it/client-decisions.dto';
import { ClientDetailView, ClientIdentifierView, ClientPage, ClientsQuery } from './clients.dto';
import { ClientsService } from './clients.service';

@ApiTags('clients')
@ApiBearerAuth()
@ApiAdminProblems()
@ApiExtraModels(ClientIdentifierView, ResetCorrection)
@RequireRole('viewer')
@Controller('v1/clients')
export class ClientsController {
  constructor(
    private readonly clients: ClientsService,
    private readonly decisions: ClientDecisions,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List or search clients, newest first' })
  @ApiOkResponse({ type: ClientPage })
  @ApiProblems('validation_failed')
  list(@Query() query: ClientsQuery, @ChangeAuthor() by: Author): Promise<ClientPage> {
    return this.clients.list(query, by);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Get a client with its responses' })
  @ApiOkResponse({ type: ClientDetailView })
  @ApiProblems('not_found')
  get(@Param('id', uuidParam('client')) id: string): Promise<ClientDetailView> {
    return this.clients.get(id);
  }

  @Patch(':id')
  @RequireRole('operator')
  @ApiOperation({
    summary: 'Correct identifiers by hand',
    description:
      'Corrections have the source `admin` and survive reprocessing. Omitted identifiers stay unchanged. From now on the corrected e-mail identifies the client, as does the previous one.',
  })
  @ApiOkResponse({ type: ClientDetailView })
  @ApiProblems('not_found', 'conflict', 'validation_failed')
  async correct(
    @Param('id', uuidParam('client')) id: string,
    @Body() body: CorrectClientBody,
    @ChangeAuthor() by: Author,
  ): Promise<ClientDetailView> {
    await this.decisions.correct(id, readCorrections(body), by);
    return this.clients.get(id);
  }

  @Post(':id/merge')
  @HttpCode(200)
  @RequireRole('admin')
  @ApiOperation({
    summary: 'Merge two clients that are one person',
    description:
      'All responses of the other client move to this one, and the other client is removed. The decision lasts: later submissions with an e-mail or phone of either go to this client.',
  })
  @ApiOkResponse({ type: ClientDetailView })
  @ApiProblems('not_found', 'conflict', 'validation_failed')
  async merge(
    @Param('id', uuidParam('client')) id: string,
    @Body() { otherId }: MergeClientBody,
    @ChangeAuthor() by: Author,
  ): Promise<ClientDetailView> {
    await this.decisions.merge(id, otherId, by);
    return this.clients.get(id);
  }

  @Post(':id/split')
  @RequireRole('admin')
  @ApiOperation({
    summary: 'Split responses that belong to another person from a client',
    description:
      'The responses move to a new client, which is returned. It gets the e-mails and phones that only they gave. The decision lasts: later submissions with these go to the new client.',
  })
  @ApiCreatedResponse({ type: ClientDetailView, description: 'the new client' })
  @ApiProblems('not_found', 'conflict', 'validation_failed')
  async split(
    @Param('id', uuidParam('client')) id: string,
    @Body() { responses }: SplitClientBody,
    @ChangeAuthor() by: Author,
  ): Promise<ClientDetailView> {
    return this.clients.get(await this.decisions.split(id, responses, by));
  }
}
