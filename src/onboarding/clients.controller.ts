import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireRole } from '../access/require-role.decorator';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { uuidParam } from '../rest/uuid-param';
import { ClientDetailView, ClientIdentifierView, ClientPage, ClientsQuery } from './clients.dto';
import { ClientsService } from './clients.service';

@ApiTags('clients')
@ApiBearerAuth()
@ApiAdminProblems()
@ApiExtraModels(ClientIdentifierView)
@RequireRole('viewer')
@Controller('v1/clients')
export class ClientsController {
  constructor(private readonly clients: ClientsService) {}

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
}
