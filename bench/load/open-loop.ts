import type { Connection } from './connection';
import { summarise } from './latencies';
import type { LoadResult } from './load-result';
import type { RequestSource } from './requests';

/** How one request went. */
export interface Sample {
  /** When it was meant to be sent, on the clock of `performance.now()`. */
  meantAt: number;
  accepted: boolean;
  latencyMs: number;
}

/** Observes and ends a load from outside. */
export interface OpenLoopWatch {
  /** Called with every answer as it arrives. */
  onAnswer?: (sample: Sample) => void;
  /** Once aborted, nothing more is sent; requests in flight are waited for. */
  signal?: AbortSignal;
}

/**
 * Sends the requests at a fixed rate, regardless of the server. Latency counts from the moment a request was meant to be sent:
 * waiting for a timer or a free connection counts as latency (no coordinated omission).
 */
export async function runOpenLoop(
  connections: readonly Connection[],
  requests: RequestSource,
  ratePerSecond: number,
  { onAnswer, signal }: OpenLoopWatch = {},
): Promise<LoadResult> {
  const acknowledged: string[] = [];
  const samplesMs: number[] = [];
  const idle = [...connections];
  const startedAt = performance.now();
  const dueAt = (index: number): number => startedAt + (index * 1000) / ratePerSecond;
  let next = 0;
  let answered = 0;
  let end = requests.length;

  await new Promise<void>((resolve) => {
    const sendDue = (): void => {
      while (next < end && idle.length > 0 && dueAt(next) <= performance.now()) sendNext();
    };
    const sendNext = (): void => {
      // The longest idle one: a connection that is not used for long is closed by the server.
      const connection = idle.shift();
      const request = requests.at(next);
      if (!connection || !request) return;
      const meantAt = dueAt(next);
      next += 1;
      connection.send(request, (accepted) => {
        const latencyMs = performance.now() - meantAt;
        if (accepted) {
          acknowledged.push(request.eventId);
          samplesMs.push(latencyMs);
        }
        onAnswer?.({ meantAt, accepted, latencyMs });
        answered += 1;
        if (answered === end) return resolve();
        idle.push(connection);
        sendDue();
      });
    };
    const tick = (): void => {
      sendDue();
      if (next < end) setTimeout(tick, Math.max(0, dueAt(next) - performance.now()));
    };
    signal?.addEventListener('abort', () => {
      end = next;
      if (answered === end) resolve();
    });
    tick();
  });
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    sent: end,
    acknowledged,
    refused: end - acknowledged.length,
    seconds,
    acksPerSecond: acknowledged.length / seconds,
    latencyMs: summarise(samplesMs),
  };
}
