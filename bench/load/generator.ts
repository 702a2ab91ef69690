/** The load generator: a separate process, so that its work does not slow down the server's event loop. */
import { answerParent } from '../child';
import { runClosedLoop } from './closed-loop';
import { openConnections } from './connection';
import type { LoadResult } from './load-result';
import { runOpenLoop } from './open-loop';
import { RequestRenderer } from './requests';

/** What to send, and how. */
export interface LoadOrder {
  port: number;
  connections: number;
  /** Number of the first event; every number is another event. */
  firstEvent: number;
  /** The maximum number. */
  events: number;
  /** Closed loop for this long, or until every event was sent once (null); or open loop at this rate. */
  pace: { durationMs: number | null } | { ratePerSecond: number; renderLater?: boolean };
}

/** Long enough for both sides to recover from rendering. */
const SETTLE_MS = 200;

async function run({ port, connections: count, firstEvent, events, pace }: LoadOrder): Promise<LoadResult> {
  const renderer = new RequestRenderer(new Date());
  const later = 'renderLater' in pace && pace.renderLater ? renderer.renderLater(firstEvent, events) : null;
  const requests = later ? [] : renderer.render(firstEvent, events);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const connections = await openConnections(port, count);
  try {
    return 'durationMs' in pace
      ? await runClosedLoop(connections, requests, pace.durationMs)
      : await runOpenLoop(connections, later ?? requests, pace.ratePerSecond);
  } finally {
    for (const connection of connections) connection.close();
  }
}

answerParent(run);
