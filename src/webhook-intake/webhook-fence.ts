/**
 * Everything below /webhooks, before and after the route: Typeform disables a webhook that answers 404 or 410 and gives up on
 * redirects, so no path, method, content type or spelling of the URL may ever cause one of these.
 */
import { Injectable, Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config';
import { DomainError } from '../core/problem';
import { malformation } from '../core/signature';
import { encodedBody, isEncoded } from '../rest/api-conventions';
import { Draining } from '../rest/draining';
import { problemOf, requestFacts, sendProblem } from '../rest/problem.filter';
import { senderOf } from '../rest/sender-address';
import type { Refusal } from '../inbox/intake-outage.entity';
import { IntakePresence } from '../inbox/intake-presence';
import { WebhookSecretsCache } from '../webhook-management/webhook-secrets';
import { BodyBudget } from './body-budget';
import { FailureWatchdog } from './failure-watchdog';
import { IntakeMetrics } from './intake-metrics';
import { beforeCheck, FAILED, IntakeOutcome, outcomeOf, SignatureRefused } from './intake-outcome';
import { KnownSenders } from './known-senders';
import { SecretWatchdog } from './secret-watchdog';
import type { WebhookRequest } from './signature.guard';
import { WebhookThrottler } from './webhook-throttler';

const PREFIX = '/webhooks';
const JSON_TYPE = /^application\/json\s*(;|$)/i;
const RETRY_AFTER_SECONDS = 5;
/** The name of the shared endpoint, to distinguish it from those of webhooks. */
const SHARED = 'shared';

@Injectable()
export class WebhookFence {
  private readonly logger = new Logger('Intake');
  private readonly budget = new BodyBudget();
  private readonly senders = new KnownSenders();
  private readonly counted = new WeakSet<FastifyRequest>();

  constructor(
    private readonly config: AppConfig,
    private readonly draining: Draining,
    private readonly metrics: IntakeMetrics,
    private readonly throttler: WebhookThrottler,
    private readonly watchdog: FailureWatchdog,
    private readonly secretWatchdog: SecretWatchdog,
    private readonly secrets: WebhookSecretsCache,
    private readonly presence: IntakePresence,
  ) {}

  /** Installs the fence; call it before any route is registered. */
  install(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', (route) => {
      if (!route.url.startsWith(PREFIX)) return;
      route.bodyLimit = this.config.intake.maxPayloadBytes;
    });
    fastify.addHook('onRequest', (request, reply, done) => {
      if (!isWebhookPath(request)) return done();
      void reply.header('x-content-type-options', 'nosniff');
      const refuse = (thrown: unknown): void => sendProblem(request, reply, thrown, this.logger);
      const refusal = this.refusal(request);
      if (refusal?.code === 'method_not_allowed') void reply.header('allow', 'POST');
      const address = senderOf(request);
      if (refusal instanceof SignatureRefused) {
        this.throttler.countUnsigned(address).then((tooMany) => refuse(tooMany ?? refusal), refuse);
        return;
      }
      if (refusal !== null) return refuse(refusal);
      const standing = this.senders.standingOf(address);
      (request as WebhookRequest).isCountedWhenValid = standing !== 'known';
      this.throttler.refusal(address, standing, this.bodyBytes(request)).then((tooMany) => {
        const found = tooMany ?? this.makeRoom(request, address);
        if (found === null) done();
        else refuse(found);
      }, refuse);
    });
    fastify.addHook('onSend', (request, reply, payload, done) => {
      if (isWebhookPath(request) && isForbidden(reply.statusCode)) this.forbid(request, reply);
      done(null, payload);
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      if (isWebhookPath(request)) this.answered(request, reply);
      done();
    });
    fastify.addHook('onRequestAbort', (request, done) => {
      if (isWebhookPath(request)) this.aborted(request);
      done();
    });
  }

  /** What is wrong with a request before its body is read; null when it may proceed. */
  private refusal(request: FastifyRequest): DomainError | null {
    if (this.draining.started) {
      return new DomainError('shutting_down', 'this process is shutting down', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    if (this.config.workerMode === 'processor') {
      return new DomainError(
        'not_ready',
        'this process only processes events and does not receive any (WORKER_MODE=processor)',
        {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        },
      );
    }
    if (request.method !== 'POST') return new DomainError('method_not_allowed', 'send webhooks with POST');
    if (request.is404) return new SignatureRefused('unknown_endpoint');
    if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) {
      return new DomainError('unsupported_media_type', 'send application/json');
    }
    if (isEncoded(request)) return encodedBody();
    // Most strangers end here: nothing of theirs is read, and they use up no limit but their own.
    const wrong = malformation(request.headers['typeform-signature']);
    return wrong === null ? null : new SignatureRefused(`signature_${wrong}`);
  }

  /** What is announced, or else the most that is read. */
  private bodyBytes({ headers }: FastifyRequest): number {
    return Number(headers['content-length'] ?? this.config.intake.maxPayloadBytes);
  }

  /** Takes room for the body until it has arrived; what is wrong when there is none. Over the limit Fastify answers 413. */
  private makeRoom(request: FastifyRequest, address: string): DomainError | null {
    const largest = this.config.intake.maxPayloadBytes;
    const bytes = this.bodyBytes(request);
    if (bytes > largest) return null;
    const release = this.budget.take(address, bytes, largest, this.senders.has(address));
    if (release === null) {
      const retryAfterSeconds = RETRY_AFTER_SECONDS;
      return new DomainError('intake_overloaded', 'too many large bodies are arriving', { retryAfterSeconds });
    }
    const { raw } = request;
    // The client may have left while the throttler was asked.
    if (raw.destroyed) release();
    else raw.once('close', release);
    return null;
  }

  private answered(request: FastifyRequest, reply: FastifyReply): void {
    if (this.counted.has(request)) return;
    this.counted.add(request);
    const address = senderOf(request);
    const verified = (request as WebhookRequest).verifiedBody !== undefined;
    // Room for large bodies is what strangers use up: that there was none says nothing about the sender.
    const noRoom = problemOf(request)?.code === 'intake_overloaded';
    const wellFormed = malformation(request.headers['typeform-signature']) === null;
    const known = wellFormed && !noRoom && this.senders.has(address);
    const counted = verified ? outcome(request) : beforeCheck(outcome(request), known);
    const mismatch = counted === 'signature_mismatch';
    // A webhook that somebody has made anew at Typeform may have no secret at all.
    const otherSecret = mismatch || counted === 'signature_missing';
    this.metrics.answered(counted, reply.elapsedTime / 1000);
    if (verified || mismatch) this.senders.checked(address, verified);
    if (mismatch) this.throttler.countWrong(address).catch(() => undefined);
    if (request.is404 || request.method !== 'POST') return;
    const { webhookId = SHARED } = (request.params ?? {}) as { webhookId?: string };
    // Unknown ids do not count: Typeform has no such webhook to disable.
    if (webhookId !== SHARED && !this.secrets.knows(webhookId)) return;
    if (verified || FAILED.has(counted)) this.watchdog.answered(webhookId, reply.statusCode < 300);
    if (webhookId !== SHARED && (verified || otherSecret) && this.secretWatchdog.checked(webhookId, verified)) {
      void this.secrets.suspect(webhookId);
    }
    // A wrong signature at the shared endpoint may be anybody's.
    if (isRefusal(counted) && !(mismatch && webhookId === SHARED)) this.presence.refused(counted);
  }

  /** Counts a client that disconnected before it was answered: as refused if it was, although it did not wait to be told. */
  private aborted(request: FastifyRequest): void {
    if (this.counted.has(request)) return;
    this.counted.add(request);
    const problem = problemOf(request);
    const refused = problem !== undefined && problem.code !== 'request_aborted';
    this.metrics.answered(refused ? beforeCheck(outcomeOf(problem), false) : 'aborted', 0);
  }

  private forbid(request: FastifyRequest, reply: FastifyReply): void {
    const facts = { status: reply.statusCode, ...requestFacts(request) };
    this.logger.error('Blocked an answer that would have disabled a webhook; answered 503 instead', facts);
    void reply.status(503).removeHeader('location').header('retry-after', String(RETRY_AFTER_SECONDS));
  }
}

/** True for every URL that a router, a proxy or a person could mistake for one below /webhooks. */
export function isWebhookPath(request: FastifyRequest): boolean {
  // Typeform's own requests are recognised by their prefix; the rest handles other callers.
  if (request.url.startsWith(`${PREFIX}/`)) return true;
  return (request.routeOptions.url ?? '').startsWith(PREFIX) || isBelowWebhooks(request.url);
}

/** Compares the path in lower case, decoded as far as possible, with repeated slashes collapsed. */
export function isBelowWebhooks(url: string): boolean {
  const path = (url.split(/[?#;]/, 1)[0] ?? '').replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return /^[/\\]+webhooks([/\\]|$)/i.test(path);
}

/** What may have been Typeform's, and is to be looked for at Typeform. A wrong signature: the secrets may differ. */
function isRefusal(answer: IntakeOutcome): answer is Refusal {
  return ['unavailable', 'rate_limited', 'signature_mismatch', 'error'].includes(answer);
}

function isForbidden(status: number): boolean {
  return status === 404 || status === 410 || (status >= 300 && status < 400);
}

function outcome(request: FastifyRequest): IntakeOutcome {
  const problem = problemOf(request);
  return problem ? outcomeOf(problem) : ((request as WebhookRequest).acknowledgedAs ?? 'error');
}
