import type { Attempt, Delivery, DeliveryState } from '../delivery/delivery-log';

/** A delivery as the control routes show it. Times are those of the sandbox's clock, latencies are real. */
export interface DeliveryView {
  id: number;
  formId: string;
  tag: string;
  url: string;
  token: string;
  eventType: string;
  test: boolean;
  state: DeliveryState;
  attempts: AttemptView[];
  nextAttemptAt: string | null;
}

export interface AttemptView {
  at: string;
  latencyMs: number;
  eventId: string;
  /** What the receiver answered; null when there was no answer. */
  status: number | null;
  error: 'timeout' | 'connection' | null;
  /** An extra copy sent by a `duplicate` fault. */
  copy: boolean;
}

export function deliveryView(delivery: Delivery): DeliveryView {
  const { id, formId, tag, url, submission, eventType, state, attempts, nextAttemptAtMs } = delivery;
  return {
    id,
    formId,
    tag,
    url,
    token: submission.token,
    eventType,
    test: submission.isTest,
    state,
    attempts: attempts.map(attemptView),
    nextAttemptAt: nextAttemptAtMs === undefined ? null : new Date(nextAttemptAtMs).toISOString(),
  };
}

function attemptView({ atMs, latencyMs, eventId, outcome, copy }: Attempt): AttemptView {
  const result = 'status' in outcome ? { status: outcome.status, error: null } : { status: null, error: outcome.error };
  return { at: new Date(atMs).toISOString(), latencyMs, eventId, ...result, copy: copy === true };
}
