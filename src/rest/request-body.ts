import type { IncomingMessage } from 'node:http';
import { errorCodes, FastifyRequest } from 'fastify';

/**
 * Collects the body of a request, up to the body limit of its route (in bytes), and calls `done` once: with the bytes as they came, or
 * with the error that refuses them (413 when they are too many). Fastify's own reader copies every body once more.
 */
export function readBody(
  request: FastifyRequest,
  payload: IncomingMessage,
  done: (error: Error | null, body: Buffer) => void,
): void {
  const limit = request.routeOptions.bodyLimit ?? 0;
  const chunks: Buffer[] = [];
  let length = 0;
  let settled = false;
  const settle = (error: Error | null): void => {
    if (settled) return;
    settled = true;
    done(error, chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
  };
  const refuse = (): void => settle(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
  // What is announced to be too large is not even read.
  if (Number(request.headers['content-length'] ?? 0) > limit) return refuse();
  payload.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > limit) refuse();
    else if (!settled) chunks.push(chunk);
  });
  payload.on('end', () => settle(null));
  payload.on('error', settle);
}
