import type { Connection } from './connection';
import { summarise } from './latencies';
import type { LoadResult } from './load-result';
import type { RenderedRequest } from './requests';

/**
 * Every connection sends its next request as soon as the last one is answered: for `durationMs`, or until every request was sent
 * once (null). Each request is sent once; a server that handles more than there are ends the measurement early. Built on the
 * connection of the open loop, because load tools for Node spend more CPU time per request than the servers do, on cores
 * that the servers need.
 */
export async function runClosedLoop(
  connections: readonly Connection[],
  requests: readonly RenderedRequest[],
  durationMs: number | null,
): Promise<LoadResult> {
  const acknowledged: string[] = [];
  const samplesMs: number[] = [];
  const startedAt = performance.now();
  const endsAt = durationMs === null ? Infinity : startedAt + durationMs;
  let sent = 0;
  let refused = 0;

  const sendUntilDone = (connection: Connection): Promise<void> =>
    new Promise((resolve) => {
      const sendNext = (): void => {
        const request = performance.now() < endsAt ? requests[sent] : undefined;
        if (!request) return resolve();
        sent += 1;
        const sentAt = performance.now();
        connection.send(request, (accepted) => {
          if (accepted) {
            acknowledged.push(request.eventId);
            samplesMs.push(performance.now() - sentAt);
          } else refused += 1;
          sendNext();
        });
      };
      sendNext();
    });

  await Promise.all(connections.map(sendUntilDone));
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    sent,
    acknowledged,
    refused,
    seconds,
    acksPerSecond: acknowledged.length / seconds,
    latencyMs: summarise(samplesMs),
  };
}
