import type { Connection } from './connection';
import { summarise } from './latencies';
import type { LoadResult } from './load-result';
import type { RenderedRequest } from './requests';

/**
 * Every connection sends its next request as soon as the last one is answered, until the time is over or the requests are used
 * up. The rate counts what was acknowledged until then; requests still under way are waited for, and their ids are reported too.
 */
export async function runClosedLoop(
  connections: readonly Connection[],
  requests: readonly RenderedRequest[],
  durationMs: number,
): Promise<LoadResult> {
  const acknowledged: string[] = [];
  const samplesMs: number[] = [];
  let next = 0;
  let inTime = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + durationMs;
  let endedAt = endsAt;

  const drive = (connection: Connection): Promise<void> =>
    new Promise((resolve) => {
      const sendNext = (): void => {
        const sentAt = performance.now();
        if (sentAt >= endsAt) return resolve();
        const request = requests[next];
        if (!request) {
          endedAt = Math.min(endedAt, sentAt);
          return resolve();
        }
        next += 1;
        connection.send(request.bytes, (accepted) => {
          const answeredAt = performance.now();
          if (accepted) {
            acknowledged.push(request.eventId);
            samplesMs.push(answeredAt - sentAt);
            if (answeredAt <= endedAt) inTime += 1;
          }
          sendNext();
        });
      };
      sendNext();
    });

  await Promise.all(connections.map(drive));
  const seconds = (endedAt - startedAt) / 1000;
  return { sent: next, acknowledged, seconds, acksPerSecond: inTime / seconds, latencyMs: summarise(samplesMs) };
}
