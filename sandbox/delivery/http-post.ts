import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Outcome } from './retry-schedule';

export interface Post {
  url: string;
  headers: Record<string, string>;
  body: Buffer;
  timeoutMs: number;
  verifySsl: boolean;
  /** Sends half of the body, waits this long, sends the rest. */
  pauseMidBodyMs?: number;
  /** Closes the connection in the middle of the body, or after it without waiting for the answer. */
  cut?: 'in_body' | 'before_answer';
  /** Gives up immediately, as if the connection broke. */
  signal: AbortSignal;
}

/**
 * One POST, one connection. Never follows a redirect and never rejects: every result is an outcome. The status
 * decides; the rest of the answer is read and ignored, as Typeform does. `timeoutMs` is real time (Typeform: 30 seconds).
 */
export function post(options: Post, after: (delayMs: number, task: () => void) => () => void): Promise<Outcome> {
  const url = URL.canParse(options.url) ? new URL(options.url) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) return Promise.resolve({ error: 'connection' });
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, {
      method: 'POST',
      agent: false,
      headers: { ...options.headers, 'Content-Length': options.body.length },
      rejectUnauthorized: options.verifySsl,
    });
    const fail = (error: 'timeout' | 'connection') => {
      resolve({ error });
      request.destroy();
    };
    const lose = () => fail('connection');
    const timers = [after(options.timeoutMs, () => fail('timeout'))];
    options.signal.addEventListener('abort', lose);
    request.on('error', lose);
    request.on('response', (response) => {
      resolve({ status: response.statusCode ?? 0 });
      response.on('error', lose).resume();
    });
    request.on('close', () => {
      timers.forEach((cancel) => cancel());
      options.signal.removeEventListener('abort', lose);
    });
    writeBody(request, options, (delayMs, task) => timers.push(after(delayMs, task)), lose);
  });
}

type Sink = Pick<import('node:http').ClientRequest, 'write' | 'end'>;

function writeBody(
  request: Sink,
  { body, pauseMidBodyMs, cut }: Post,
  after: (delayMs: number, task: () => void) => void,
  lose: () => void,
): void {
  const half = body.subarray(0, body.length >> 1);
  if (cut === 'in_body') request.write(half, lose);
  else if (cut === 'before_answer') request.end(body, lose);
  else if (pauseMidBodyMs === undefined) request.end(body);
  else request.write(half, () => after(pauseMidBodyMs, () => request.end(body.subarray(half.length))));
}

/** True for this machine only: `localhost`, 127.0.0.0/8, ::1. */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
