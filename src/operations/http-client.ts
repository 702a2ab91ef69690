/** HTTP for checks: keeps connections, follows no redirect, takes bounded answers and a bounded time. */
import { Agent as HttpAgent, IncomingHttpHeaders, IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

const MAX_ANSWER_BYTES = 5 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 10_000;
/** Limits the load of a check, and how many of its requests can be refused at once. */
export const MAX_CONNECTIONS = 32;

export interface HttpRequest {
  method?: 'GET' | 'POST' | 'DELETE';
  headers?: Record<string, string>;
  body?: Buffer;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** From sending the request to the last byte of the answer. */
  ms: number;
}

export class HttpClient {
  private readonly options = { keepAlive: true, maxSockets: MAX_CONNECTIONS };
  private readonly http = new HttpAgent(this.options);
  private readonly https = new HttpsAgent(this.options);

  /** Resolves with any answer, whatever its status; rejects with a sentence that says why there was none. */
  async send(url: string, { method = 'GET', headers, body, timeoutMs, signal }: HttpRequest = {}): Promise<HttpAnswer> {
    const timeout = AbortSignal.timeout(timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const secure = url.startsWith('https:');
    const startedAt = performance.now();
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const options = {
          method,
          headers: { 'user-agent': 'typeform-onboarding', ...headers },
          agent: secure ? this.https : this.http,
          signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        };
        const outgoing = secure ? httpsRequest(url, options, resolve) : httpRequest(url, options, resolve);
        outgoing.once('error', reject);
        outgoing.end(body);
      });
      const text = await readBounded(response);
      return { status: response.statusCode ?? 0, headers: response.headers, text, ms: performance.now() - startedAt };
    } catch (error) {
      const why = timeout.aborted ? 'no answer in time' : reason(error);
      throw new Error(`${new URL(url).origin} could not be reached: ${why}`, { cause: error });
    }
  }

  /** Closes the kept connections. */
  close(): void {
    this.http.destroy();
    this.https.destroy();
  }
}

async function readBounded(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Plain words for a wrong address, or a service that is not running. */
const WORDS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ENOTFOUND: 'no host has this name (ENOTFOUND)',
};

/** A name with several addresses fails with an error that holds the others and says nothing itself. */
function reason(error: unknown): string {
  const { message, code = '' } = error as NodeJS.ErrnoException;
  return WORDS[code] ?? (message || code || 'unknown error');
}
