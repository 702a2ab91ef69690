/** Typeform's answer, or a failed connection -> a TypeformError that names the remedy. Pure. */
import { z } from 'zod';
import type { Operation } from './typeform-operations';
import { OPERATION_SCOPES } from './typeform-operations';
import { Failure, TypeformError } from './typeform-error';

const MAX_DESCRIPTION_LENGTH = 300;
const MAX_DETAILS = 3;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]+/gu;
/** In which any working network makes a connection. */
const FAIR_CONNECT_MS = 1_000;
const TOKEN = /tfp_[\w.-]+/g;
const BEARER = /bearer\s+\S+/gi;

/** Typeform's error document (typeform.md section 4); anything may be missing when a proxy answers in its place. */
const errorDocument = z.object({
  code: z.string().catch(''),
  description: z.string().catch(''),
  details: z.array(z.object({ description: z.string().catch(''), field: z.string().catch('') })).catch([]),
});

/** An answer other than 2xx. `body` is the parsed JSON, or undefined when it is not JSON. */
export interface RefusedAnswer {
  status: number;
  retryAfterSeconds?: number;
  body: unknown;
}

/** Maps an answer other than 2xx. `secret` is the API key, which is removed in case Typeform repeats it. */
export function refusal(
  operation: Operation,
  { status, retryAfterSeconds, body }: RefusedAnswer,
  secret: string,
): TypeformError {
  const { remoteCode, said } = readErrorDocument(status, body, secret);
  const failure = failureOf(status);
  return new TypeformError(`${explain(failure, operation, said)}`, {
    failure,
    remoteStatus: status,
    remoteCode,
    retryAfterSeconds,
  });
}

/** A 2xx answer that does not match Typeform's documentation. `what` must not quote it: it may hold answers of respondents. */
export function unexpectedAnswer(status: number, what: string, cause?: unknown): TypeformError {
  const message = `Typeform's answer cannot be used: ${what}. If a proxy answers in its place, check TYPEFORM_API_BASE_URL`;
  return new TypeformError(message, {
    failure: 'unexpected_answer',
    remoteStatus: status,
    remoteCode: 'UNEXPECTED_ANSWER',
    cause,
  });
}

/** The answer, or its end, did not arrive in time. */
export function timedOut(timeoutMs: number): TypeformError {
  const message = `Typeform did not answer within ${timeoutMs / 1000} s (TYPEFORM_TIMEOUT_SECONDS): try again later`;
  return new TypeformError(message, { failure: 'timeout', remoteStatus: null, remoteCode: 'TIMEOUT' });
}

/** No connection was there while the call had its turn, of which `sendWithinMs` were left: too few say nothing about the network. */
export function notSentInTime(sendWithinMs: number): TypeformError {
  const message =
    sendWithinMs < FAIR_CONNECT_MS
      ? `the call's turn ran out before it was sent, since the database or this process was slow: try again, and check their load`
      : `Typeform could not be reached within ${Math.round(sendWithinMs) / 1000} s: check the network, DNS and TYPEFORM_API_BASE_URL`;
  return new TypeformError(message, { failure: 'network_error', remoteStatus: null, remoteCode: 'NOT_SENT' });
}

/** The connection could not be made, or broke. */
export function connectionFailed(cause: unknown): TypeformError {
  const code = systemCode(cause);
  const message = `Typeform could not be reached (${code}): check the network, DNS and TYPEFORM_API_BASE_URL`;
  return new TypeformError(message, { failure: 'network_error', remoteStatus: null, remoteCode: code, cause });
}

function failureOf(status: number): Failure {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 404) return 'not_found';
  if (status === 429) return 'rate_limited';
  if (status >= 300 && status < 400) return 'redirect';
  return status >= 500 ? 'server_error' : 'refused';
}

function explain(failure: Failure, operation: Operation, said: string): string {
  switch (failure) {
    case 'unauthorized':
      return `Typeform refused TYPEFORM_API_KEY (${said}): check that the key is valid and has the scope ${OPERATION_SCOPES[operation]}`;
    case 'not_found':
      return `Typeform has no such resource (${said}): check the form id; the form may have been deleted, or belong to another account`;
    case 'rate_limited':
      return `Typeform's rate limit is used up (${said}): calls resume after a pause; check whether other programs use the account`;
    case 'redirect':
      return `Typeform answered with a redirect (${said}), which is never followed: check TYPEFORM_API_BASE_URL`;
    case 'server_error':
      return `Typeform failed (${said}): try again later, or check its status page`;
    default:
      return `Typeform refused the call (${said})`;
  }
}

function readErrorDocument(status: number, body: unknown, secret: string): { remoteCode: string; said: string } {
  const parsed = errorDocument.safeParse(body);
  const { code, description, details } = parsed.success ? parsed.data : { code: '', description: '', details: [] };
  const remoteCode = /^[A-Z][A-Z0-9_]{0,63}$/.test(code) ? code : `HTTP_${status}`;
  const sentences = [
    description,
    ...details.slice(0, MAX_DETAILS).map((detail) => [detail.field, detail.description].filter(Boolean).join(': ')),
  ];
  const text = sentences
    .filter(Boolean)
    .join('; ')
    .replaceAll(secret, '***')
    .replace(TOKEN, '***')
    .replace(BEARER, '***');
  const clean = text.replace(UNPRINTABLE, ' ').trim().slice(0, MAX_DESCRIPTION_LENGTH);
  return { remoteCode, said: `${status} ${remoteCode}${clean ? `: ${clean}` : ''}` };
}

/** fetch hides the reason (`ECONNREFUSED`, `UND_ERR_SOCKET`) in the cause of a TypeError. */
function systemCode(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code)) return code;
  if (cause !== undefined && cause !== error) return systemCode(cause);
  return 'NETWORK_ERROR';
}
