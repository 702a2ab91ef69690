import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { ChangeAuthor } from '../access/change-author.decorator';
import { RequireRole } from '../access/require-role.decorator';
import type { Author } from '../audit/audit-log';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { uuidParam } from '../rest/uuid-param';
import { ClientDecisions } from './client-decisions';
import {
  CorrectClientBody,
  MergeClientBody,
  readCorrections,
  ResetCorrection,
  SplitClientBody,
} from './client-decisions.dto';
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
  @ApiOperation({ summary: 'List or search clients, the newest first' })
  @ApiOkResponse({ type: ClientPage })
  @ApiProblems('validation_failed')
  list(@Query() query: ClientsQuery): Promise<ClientPage> {
    return this.clients.list(query);
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
      'What is corrected stays so when responses are processed again, with the source `admin`. Identifiers that are left out stay as they are. A corrected e-mail finds the client from now on, as does the one it had before.',
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
    summary: 'Make two clients one: it was one person',
    description:
      'All responses of the other client become those of this one, and the other one goes. It is remembered: later submissions with an e-mail or phone of either go to this client.',
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
    summary: 'Take responses out of a client: they are another person',
    description:
      'The responses become those of a new client, which is the answer. It gets the e-mails and phones that only they gave. It is remembered: later submissions with these go to the new client.',
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
