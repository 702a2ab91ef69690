/** The requests that have no answer yet, so that a shutdown owes nobody one. */
import { Injectable, Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { DomainError } from '../core/problem';
import { Slots } from '../core/slots';
import { sendProblem } from './problem.filter';

const RETRY_AFTER_SECONDS = 5;

@Injectable()
export class OpenRequests {
  private readonly logger = new Logger('Http');
  private readonly open = new Slots<FastifyReply>();

  /** Keeps count; call it before any route is registered. */
  install(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (_request, reply, done) => {
      const slot = this.open.take(reply);
      reply.raw.once('close', () => this.open.leave(slot));
      done();
    });
  }

  /** Answers all of them 503: whoever sent them is to come again. An answer that has begun is left alone. */
  refuseAll(): void {
    for (const reply of this.open.values()) {
      if (reply.sent || reply.raw.headersSent) continue;
      const retryAfterSeconds = RETRY_AFTER_SECONDS;
      const refusal = new DomainError('shutting_down', 'this process is shutting down', { retryAfterSeconds });
      sendProblem(reply.request, reply, refusal, this.logger);
    }
  }
}
