import type { Connection } from './connection';
import { summarise } from './latencies';
import type { LoadResult } from './load-result';
import type { RenderedRequest } from './requests';

/**
 * Sends the requests at a fixed rate, whatever the server does. Latency counts from the moment a request was meant to be sent:
 * what had to wait for a timer or for a free connection is slower, not left out (no coordinated omission).
 */
export async function runOpenLoop(
  connections: readonly Connection[],
  requests: readonly RenderedRequest[],
  ratePerSecond: number,
): Promise<LoadResult> {
  const acknowledged: string[] = [];
  const samplesMs: number[] = [];
  const idle = [...connections];
  const startedAt = performance.now();
  const dueAt = (index: number): number => startedAt + (index * 1000) / ratePerSecond;
  let next = 0;
  let answered = 0;

  await new Promise<void>((resolve) => {
    const sendDue = (): void => {
      while (next < requests.length && idle.length > 0 && dueAt(next) <= performance.now()) sendNext();
    };
    const sendNext = (): void => {
      // The longest idle one: a connection that is not used for long is closed by the server.
      const connection = idle.shift();
      const request = requests[next];
      if (!connection || !request) return;
      const meantAt = dueAt(next);
      next += 1;
      connection.send(request, (accepted) => {
        if (accepted) {
          acknowledged.push(request.eventId);
          samplesMs.push(performance.now() - meantAt);
        }
        answered += 1;
        if (answered === requests.length) return resolve();
        idle.push(connection);
        sendDue();
      });
    };
    const tick = (): void => {
      sendDue();
      if (next < requests.length) setTimeout(tick, Math.max(0, dueAt(next) - performance.now()));
    };
    tick();
  });
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    sent: requests.length,
    acknowledged,
    refused: requests.length - acknowledged.length,
    seconds,
    acksPerSecond: acknowledged.length / seconds,
    latencyMs: summarise(samplesMs),
  };
}
