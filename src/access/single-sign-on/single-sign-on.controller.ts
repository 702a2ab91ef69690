import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../require-role.decorator';
import { SingleSignOn } from './single-sign-on';

/** Pages that a browser passes through; no part of the API. */
@ApiExcludeController()
@Public()
@Controller('auth/oidc')
export class SingleSignOnController {
  constructor(private readonly singleSignOn: SingleSignOn) {}

  @Get('login')
  login(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.singleSignOn.begin(request, reply);
  }

  @Get('callback')
  callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.singleSignOn.complete(request, reply);
  }
}
