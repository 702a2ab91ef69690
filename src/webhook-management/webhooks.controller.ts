import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ChangeAuthor } from '../access/change-author.decorator';
import { RequireRole } from '../access/require-role.decorator';
import type { Author } from '../audit/audit-log';
import { ApiAdminProblems, ApiProblems } from '../rest/api-problems.decorator';
import { uuidParam } from '../rest/uuid-param';
import { ReconcileOnRequest } from './reconcile-on-request';
import { WebhookTester } from './webhook-tester';
import { toWebhookView } from './webhook-view';
import {
  ReconcileResult,
  RegisterWebhookBody,
  RotateSecretBody,
  UpdateWebhookBody,
  WebhookPage,
  WebhooksQuery,
  WebhookTestResult,
  WebhookView,
} from './webhooks.dto';
import { WebhooksService } from './webhooks.service';

const id = uuidParam('webhook');

@ApiTags('webhook management')
@ApiBearerAuth()
@ApiAdminProblems()
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly reconciling: ReconcileOnRequest,
    private readonly tester: WebhookTester,
  ) {}

  @Post()
  @RequireRole('admin')
  @ApiOperation({ summary: 'Register a webhook at Typeform; repeating the call changes nothing' })
  @ApiCreatedResponse({ type: WebhookView })
  @ApiOkResponse({ type: WebhookView, description: 'it was already registered' })
  @ApiProblems('bad_request', 'conflict', 'validation_failed', 'typeform_error', 'typeform_timeout')
  async register(
    @Body() body: RegisterWebhookBody,
    @ChangeAuthor() by: Author,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookView> {
    const { webhook, created } = await this.webhooks.register(body, by);
    void reply.status(created ? HttpStatus.CREATED : HttpStatus.OK);
    return toWebhookView(webhook);
  }

  @Get()
  @RequireRole('viewer')
  @ApiOperation({ summary: 'List webhooks: desired state and last observed state' })
  @ApiOkResponse({ type: WebhookPage })
  @ApiProblems('validation_failed')
  async list(@Query() query: WebhooksQuery): Promise<WebhookPage> {
    const { items, nextCursor } = await this.webhooks.list(query);
    return { items: items.map(toWebhookView), nextCursor };
  }

  @Post('reconcile')
  @HttpCode(200)
  @RequireRole('operator')
  @ApiOperation({
    operationId: 'reconcileWebhooks',
    summary: 'Compare all webhooks with Typeform now and repair differences',
  })
  @ApiOkResponse({ type: ReconcileResult })
  reconcileAll(@ChangeAuthor() by: Author): Promise<ReconcileResult> {
    return this.reconciling.all(by.requestId);
  }

  @Get(':id')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Get one webhook' })
  @ApiOkResponse({ type: WebhookView })
  @ApiProblems('not_found')
  async get(@Param('id', id) webhookId: string): Promise<WebhookView> {
    return toWebhookView(await this.webhooks.get(webhookId));
  }

  @Patch(':id')
  @RequireRole('admin')
  @ApiOperation({ summary: 'Change a webhook here and at Typeform' })
  @ApiOkResponse({ type: WebhookView })
  @ApiProblems('bad_request', 'not_found', 'conflict', 'validation_failed', 'typeform_error', 'typeform_timeout')
  async update(
    @Param('id', id) webhookId: string,
    @Body() body: UpdateWebhookBody,
    @ChangeAuthor() by: Author,
  ): Promise<WebhookView> {
    return toWebhookView(await this.webhooks.update(webhookId, body, by));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireRole('admin')
  @ApiOperation({ summary: 'Delete a webhook at Typeform; succeeds if it is already gone' })
  @ApiNoContentResponse()
  @ApiProblems('not_found', 'typeform_error', 'typeform_timeout')
  remove(@Param('id', id) webhookId: string, @ChangeAuthor() by: Author): Promise<void> {
    return this.webhooks.remove(webhookId, by);
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @RequireRole('admin')
  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: 'Give a webhook a new secret; the old one is accepted during the overlap',
  })
  @ApiOkResponse({ type: WebhookView })
  @ApiProblems('bad_request', 'not_found', 'conflict', 'validation_failed', 'typeform_error', 'typeform_timeout')
  async rotateSecret(
    @Param('id', id) webhookId: string,
    @Body() body: RotateSecretBody,
    @ChangeAuthor() by: Author,
  ): Promise<WebhookView> {
    return toWebhookView(await this.webhooks.rotateSecret(webhookId, body.overlapHours, by));
  }

  @Post(':id/test')
  @HttpCode(200)
  @RequireRole('operator')
  @ApiOperation({ summary: 'Send a signed test event through PUBLIC_URL' })
  @ApiOkResponse({ type: WebhookTestResult })
  @ApiProblems('not_found', 'conflict')
  test(@Param('id', id) webhookId: string, @ChangeAuthor() by: Author): Promise<WebhookTestResult> {
    return this.tester.test(webhookId, by);
  }

  @Post(':id/reconcile')
  @HttpCode(200)
  @RequireRole('operator')
  @ApiOperation({ summary: 'Compare one webhook with Typeform now and repair differences' })
  @ApiOkResponse({ type: ReconcileResult })
  @ApiProblems('not_found')
  reconcile(@Param('id', id) webhookId: string, @ChangeAuthor() by: Author): Promise<ReconcileResult> {
    return this.reconciling.one(webhookId, by.requestId);
  }
}
