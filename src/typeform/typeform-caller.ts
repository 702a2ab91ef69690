/** Makes one call: waits for a turn, sends, checks the answer, records it, and retries transient failures. */
import { Injectable, Logger } from '@nestjs/common';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { AppConfig } from '../config/app-config';
import { Clock } from '../database/clock';
import { inSpan } from '../tracing/spans';
import { Answer, exchange, Exchange } from './http-exchange';
import { Turn, TypeformPace } from './pace/typeform-pace';
import { refusal, unexpectedAnswer } from './remote-failure';
import { parseRetryAfter } from './retry-after';
import { retryDelayMs } from './retry-policy';
import { TypeformAccount } from './typeform-account';
import type { CallOptions } from './typeform-api';
import { TypeformError } from './typeform-error';
import { TypeformMetrics } from './typeform-metrics';
import type { Operation } from './typeform-operations';

/** A call before it has a turn. */
export interface RemoteCall extends CallOptions {
  operation: Operation;
  method: Exchange['method'];
  /** Below the base URL, from typeform-paths. */
  path: string;
  query?: Readonly<Record<string, string | undefined>>;
  body?: unknown;
}

/** A call whose body is decided in its turn; null: nothing is sent. */
export interface DecidedCall extends Omit<RemoteCall, 'body'> {
  inTurn: () => Promise<{ body?: unknown } | null>;
}

@Injectable()
export class TypeformCaller {
  private readonly logger = new Logger('Typeform');

  constructor(
    private readonly config: AppConfig,
    private readonly account: TypeformAccount,
    private readonly pace: TypeformPace,
    private readonly metrics: TypeformMetrics,
    private readonly clock: Clock,
  ) {}

  /** Resolves with the answer as `schema` reads it. Throws as documented at TypeformApi. */
  async call<Schema extends z.ZodType>(call: RemoteCall, schema: Schema): Promise<z.output<Schema>> {
    for (let attempts = 1; ; attempts += 1) {
      try {
        const turn = await this.turnFor(call);
        return await this.attempt(call, turn, schema);
      } catch (error) {
        if (!(error instanceof TypeformError)) throw error;
        const { failure, retryAfterSeconds } = error;
        const delayMs = retryDelayMs({ failure, priority: call.priority, attempts, retryAfterSeconds });
        this.logFailure(call, error, { attempts, retryInMs: delayMs });
        if (delayMs === null) throw error;
        await delay(delayMs, undefined, { signal: call.signal });
      }
    }
  }

  /**
   * Decides in the call's turn what to send, and sends it, once. Resolves to null when nothing was sent: there was nothing to send, or the
   * decision took so long that the turn was over.
   */
  async callDecided<Schema extends z.ZodType>(call: DecidedCall, schema: Schema): Promise<z.output<Schema> | null> {
    const turn = await this.turnFor(call);
    let decided: { body?: unknown } | null = null;
    try {
      decided = await call.inTurn();
    } finally {
      if (decided === null || this.pace.leftMs(turn) <= 0) {
        await this.pace.giveBack(turn);
        decided = null;
      }
    }
    if (decided === null) return null;
    try {
      return await this.attempt({ ...call, ...decided }, turn, schema);
    } catch (error) {
      if (error instanceof TypeformError) this.logFailure(call, error, {});
      throw error;
    }
  }

  private async turnFor({ operation, priority, signal }: Omit<RemoteCall, 'body'>): Promise<Turn> {
    const turn = await this.pace.take({ operation, priority, signal });
    this.metrics.waited(priority, turn.waitedMs / 1000);
    return turn;
  }

  private logFailure(
    { operation, priority, requestId }: Omit<RemoteCall, 'body'>,
    error: TypeformError,
    more: object,
  ): void {
    const { failure, remoteStatus, remoteCode } = error;
    // A missing webhook is a normal answer.
    if (failure === 'not_found') return;
    const facts = { operation, priority, failure, remoteStatus, remoteCode, ...more, requestId: requestId ?? null };
    this.logger.warn('A call to Typeform failed', facts);
  }

  /** One request in its turn. */
  private async attempt<Schema extends z.ZodType>(
    call: RemoteCall,
    turn: Turn,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    const startedAt = performance.now();
    let status: number | null = null;
    try {
      const answer = await this.send(call, turn);
      status = answer.status;
      const value = this.read(call.operation, answer, schema);
      this.metrics.called(call.operation, 'ok', (performance.now() - startedAt) / 1000);
      return value;
    } catch (error) {
      const outcome = error instanceof TypeformError ? error.failure : 'aborted';
      this.metrics.called(call.operation, outcome, (performance.now() - startedAt) / 1000);
      if (error instanceof TypeformError) await this.pauseIfRefused(error, turn);
      throw error;
    } finally {
      await this.pace.finish(turn, { status, durationMs: performance.now() - startedAt });
    }
  }

  private send({ operation, priority, method, path, query, body, signal }: RemoteCall, turn: Turn): Promise<Answer> {
    const { baseUrl, apiKey } = this.account;
    const given = Object.entries(query ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = given.length > 0 ? `?${new URLSearchParams(given).toString()}` : '';
    const { timeoutMs } = this.config.typeform;
    const attributes = { 'http.request.method': method, 'onboarding.typeform_priority': priority };
    return inSpan(`typeform ${operation}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      const answer = await exchange({
        method,
        url: `${baseUrl}${path}${search}`,
        apiKey,
        body,
        timeoutMs,
        sendWithinMs: this.pace.leftMs(turn),
        onSent: () => this.pace.sent(turn),
        signal,
      });
      span.setAttribute('http.response.status_code', answer.status);
      if (answer.status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
      return answer;
    });
  }

  private read<Schema extends z.ZodType>(operation: Operation, answer: Answer, schema: Schema): z.output<Schema> {
    const { status, text } = answer;
    const body = parseJson(text);
    if (status < 200 || status >= 300) {
      const retryAfterSeconds = parseRetryAfter(answer.retryAfter, this.clock.now());
      throw refusal(operation, { status, retryAfterSeconds, body }, this.account.apiKey);
    }
    if (body === undefined && text !== '') throw unexpectedAnswer(status, 'it is not JSON');
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw unexpectedAnswer(status, `${issue?.path.join('.') || 'the body'} ${issue?.message ?? 'is wrong'}`);
  }

  private async pauseIfRefused({ failure, retryAfterSeconds }: TypeformError, turn: Turn): Promise<void> {
    if (failure !== 'rate_limited') return;
    this.metrics.rateLimited();
    // What is recorded of the turn later would take a shorter pause for the turn's own end, and move it.
    await turn.used;
    await this.pace.pauseAll(retryAfterSeconds);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
