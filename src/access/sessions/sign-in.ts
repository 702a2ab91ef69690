import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Author } from '../../audit/audit-log';
import { DomainError } from '../../core/problem';
import { AccessMetrics } from '../access-metrics';
import { ApiKeysService } from '../api-keys.service';
import type { Principal } from '../principal';
import { SessionCookie } from './session-cookie';
import type { SessionView } from './session.dto';
import { SessionsService } from './sessions.service';

/** Exchanges what proves who somebody is for a session in their browser, and ends it. */
@Injectable()
export class SignIn {
  constructor(
    private readonly apiKeys: ApiKeysService,
    private readonly sessions: SessionsService,
    private readonly cookie: SessionCookie,
    private readonly metrics: AccessMetrics,
  ) {}

  /** Signs in with an API key. Throws `unauthorized` for one that is not valid; the gate has counted the attempt. */
  async withKey(apiKey: string, request: FastifyRequest, reply: FastifyReply): Promise<SessionView> {
    const caller = await this.apiKeys.authenticate(apiKey);
    if (caller) return this.as(caller, request, reply);
    const refusal = new DomainError('unauthorized', 'the API key is unknown, expired or revoked');
    this.metrics.refused(refusal);
    throw refusal;
  }

  /** Signs in somebody who is known already. */
  async as(caller: Principal, request: FastifyRequest, reply: FastifyReply): Promise<SessionView> {
    const { token, maxAgeSeconds, principal } = await this.sessions.start(caller, request.id);
    void reply.header('set-cookie', this.cookie.header(token, maxAgeSeconds));
    return this.view(principal);
  }

  view({ name, role, via, expiresAt }: Principal): SessionView {
    return { name, role, via, expiresAt };
  }

  /** Signs out, here or `everywhere`. */
  async out(caller: Principal, everywhere: boolean, by: Author, reply: FastifyReply): Promise<void> {
    await this.sessions.end(caller, everywhere, by);
    void reply.status(204).header('set-cookie', this.cookie.header());
  }
}
