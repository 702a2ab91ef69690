import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Author } from '../audit/audit-log';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { PageQuery } from '../rest/page';
import { uuidParam } from '../rest/uuid-param';
import { ApiKeyPage, CreateApiKeyBody, CreatedApiKeyView } from './api-keys.dto';
import { ApiKeysService } from './api-keys.service';
import { ChangeAuthor } from './change-author.decorator';
import { RequireRole } from './require-role.decorator';

@ApiTags('api-keys')
@ApiBearerAuth()
@ApiAdminProblems()
@RequireRole('admin')
@Controller('v1/api-keys')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeysService) {}

  @Post()
  @ApiOperation({ summary: 'Create an API key' })
  @ApiCreatedResponse({ type: CreatedApiKeyView })
  @ApiProblems('bad_request', 'validation_failed')
  create(@Body() body: CreateApiKeyBody, @ChangeAuthor() by: Author): Promise<CreatedApiKeyView> {
    return this.apiKeys.create(body, by);
  }

  @Get()
  @ApiOperation({ summary: 'List API keys, newest first' })
  @ApiOkResponse({ type: ApiKeyPage })
  @ApiProblems('validation_failed')
  list(@Query() query: PageQuery): Promise<ApiKeyPage> {
    return this.apiKeys.list(query.limit, query.cursor);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke an API key immediately' })
  @ApiNoContentResponse()
  @ApiProblems('not_found')
  revoke(@Param('id', uuidParam('API key')) id: string, @ChangeAuthor() by: Author): Promise<void> {
    return this.apiKeys.revoke(id, by);
  }
}
