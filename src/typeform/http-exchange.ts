/** One HTTP exchange with Typeform: no retries, no turns, no redirects, bounded in time and size. */
import { fetchNoticed } from './fetch-noticed';
import { connectionFailed, notSentInTime, timedOut, unexpectedAnswer } from './remote-failure';
import { TypeformError } from './typeform-error';

/** A page of 1000 responses is a few megabytes. */
export const MAX_ANSWER_BYTES = 10 * 1024 * 1024;

export interface Exchange {
  method: 'GET' | 'PUT' | 'DELETE';
  url: string;
  apiKey: string;
  /** Sent as JSON. */
  body?: unknown;
  timeoutMs: number;
  /** What could not be sent by then is not sent any more. */
  sendWithinMs: number;
  /** Called when the request leaves. */
  onSent: () => void;
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  retryAfter: string | null;
  text: string;
}

/** Throws TypeformError `timeout`, `network_error` or `unexpected_answer` (too large), or the reason of the caller's signal. */
export async function exchange(call: Exchange): Promise<Answer> {
  const { method, url, apiKey, body, timeoutMs, sendWithinMs, signal } = call;
  const timeout = AbortSignal.timeout(timeoutMs);
  const unsent = new AbortController();
  const timer = setTimeout(() => unsent.abort(), sendWithinMs);
  const onSent = (): void => {
    clearTimeout(timer);
    call.onSent();
  };
  const given: RequestInit = {
    method,
    // The key must not be sent to a redirect's target.
    redirect: 'manual',
    signal: AbortSignal.any([timeout, unsent.signal, ...(signal ? [signal] : [])]),
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${apiKey}`,
      'user-agent': 'typeform-onboarding',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  try {
    const response = await fetchNoticed(url, given, onSent);
    const { status, headers } = response;
    return { status, retryAfter: headers.get('retry-after'), text: await readBounded(response) };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (timeout.aborted) throw timedOut(timeoutMs);
    if (unsent.signal.aborted) throw notSentInTime(sendWithinMs);
    throw error instanceof TypeformError ? error : connectionFailed(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Counts the bytes received: `Content-Length` may be missing, and says nothing about a compressed body. */
async function readBounded({ body, status }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += (chunk as Uint8Array).byteLength;
    // Leaving the loop cancels the body and closes the connection.
    if (bytes > MAX_ANSWER_BYTES) throw unexpectedAnswer(status, `it is larger than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}
