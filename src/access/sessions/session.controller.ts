import { Body, Controller, Delete, Get, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Author } from '../../audit/audit-log';
import { ApiAdminProblems, ApiProblems } from '../../rest/api-problems.decorator';
import { ChangeAuthor } from '../change-author.decorator';
import { type AuthenticatedRequest, principalOf } from '../principal';
import { Public, RequireRole } from '../require-role.decorator';
import { EndSessionQuery, SessionView, StartSessionBody } from './session.dto';
import { SignIn } from './sign-in';

const BY_COOKIE =
  'A browser exchanges an API key for an HttpOnly cookie. Calls with the cookie need no Authorization header; every call with it but GET, HEAD and OPTIONS needs the header X-Requested-With: console.';

@ApiTags('session')
@ApiAdminProblems()
@Controller('v1/session')
export class SessionController {
  constructor(private readonly signIn: SignIn) {}

  @Post()
  @Public()
  @ApiOperation({ summary: 'Sign in to the console with an API key', description: BY_COOKIE })
  @ApiCreatedResponse({ type: SessionView })
  @ApiProblems('bad_request', 'payload_too_large', 'validation_failed')
  start(
    @Body() { apiKey }: StartSessionBody,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView> {
    return this.signIn.withKey(apiKey, request, reply);
  }

  @Get()
  @RequireRole('viewer')
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Who is signed in' })
  @ApiOkResponse({ type: SessionView })
  get(@Req() request: AuthenticatedRequest): SessionView {
    return this.signIn.view(principalOf(request));
  }

  @Delete()
  @RequireRole('viewer')
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Sign out, here or everywhere' })
  @ApiNoContentResponse()
  @ApiProblems('validation_failed')
  async end(
    @Query() { everywhere }: EndSessionQuery,
    @Req() request: AuthenticatedRequest,
    @ChangeAuthor() by: Author,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.signIn.out(principalOf(request), everywhere === 'true', by, reply);
  }
}
