/** The spans of the inbox: an event's id is on the spans of its request, its commit and its processing. */
import { ROOT_CONTEXT, SpanContext, trace } from '@opentelemetry/api';
import { inSpan } from '../tracing/spans';

const EVENT_ID = 'onboarding.event_id';
const EVENT_IDS = 'onboarding.event_ids';

/** Puts the event's id on the span of its request, and returns that span for {@link inCommitSpan}. */
export function noteEvent(eventId: string): SpanContext | undefined {
  return trace.getActiveSpan()?.setAttribute(EVENT_ID, eventId).spanContext();
}

/** A group commit: part of the trace of its first request, linked to those of the others. */
export function inCommitSpan<T>(
  eventIds: string[],
  requests: readonly (SpanContext | undefined)[],
  commit: () => Promise<T>,
): Promise<T> {
  const [first, ...others] = requests.filter((request) => request !== undefined);
  const links = others.map((context) => ({ context }));
  const parent = first ? trace.setSpanContext(ROOT_CONTEXT, first) : ROOT_CONTEXT;
  return inSpan('inbox commit', { attributes: { [EVENT_IDS]: eventIds }, links }, commit, parent);
}

/** A batch of the processor: a separate trace, since it may run later and in a different process from the requests. */
export function inProcessingSpan<T>(eventIds: string[], work: () => Promise<T>): Promise<T> {
  return inSpan('inbox process', { attributes: { [EVENT_IDS]: eventIds } }, work, ROOT_CONTEXT);
}
