import autocannon from 'autocannon';
import { summarise } from './latencies';
import type { LoadResult } from './load-result';
import { RenderedRequest, WEBHOOK_PATH } from './requests';

const ACCEPTED = '"status":"accepted"';

interface Sent {
  eventId?: string;
  sentAt?: number;
}

/**
 * Every connection sends its next request as soon as the last one is answered, by autocannon, the usual load tool of Node. When the
 * requests are used up they come again, which a receiver that stores them does not count as accepted. Without a duration every
 * request is sent once.
 */
export async function runClosedLoop(
  port: number,
  connections: number,
  requests: readonly RenderedRequest[],
  durationMs: number | null,
): Promise<LoadResult> {
  const acknowledged: string[] = [];
  const samplesMs: number[] = [];
  let sent = 0;
  let refused = 0;
  const startedAt = performance.now();
  const { errors } = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    ...(durationMs === null ? { amount: requests.length } : { duration: durationMs / 1000 }),
    requests: [
      {
        method: 'POST',
        path: WEBHOOK_PATH,
        setupRequest: (request, context: Sent) => {
          const next = requests[sent % requests.length];
          sent += 1;
          context.eventId = next?.eventId;
          context.sentAt = performance.now();
          return { ...request, body: next?.body, headers: { ...request.headers, ...next?.headers } };
        },
        onResponse: (status: number, body: string, { eventId, sentAt }: Sent) => {
          if (status !== 200 || !body.includes(ACCEPTED) || eventId === undefined || sentAt === undefined) {
            refused += 1;
            return;
          }
          acknowledged.push(eventId);
          samplesMs.push(performance.now() - sentAt);
        },
      },
    ],
  });
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    sent,
    acknowledged,
    refused: refused + errors,
    seconds,
    acksPerSecond: acknowledged.length / seconds,
    latencyMs: summarise(samplesMs),
  };
}
