/** Which of two versions of one response counts. Pure. */
import { BACKFILL_EVENT_PREFIX } from './backfill-event';

/** A version of a response, from one event. */
export interface ResponseVersion {
  eventId: string;
  completed: boolean;
  /** When it was submitted; else when the form was opened; else when it was received. */
  effectiveAt: Date;
  receivedAt: Date;
}

/**
 * A complete response beats a partial one, then the newer submission wins, then what Typeform delivered beats what a back-fill built
 * (the Responses API omits the ending), then the later arrival wins; the same event again is applied again (a replay
 * after a mapping change). Anything older leaves the stored version unchanged.
 */
export function supersedes(next: ResponseVersion, stored: ResponseVersion): boolean {
  const [a, b] = [rank(next), rank(stored)];
  const place = a.findIndex((value, index) => value !== b[index]);
  return place === -1 || (a[place] ?? 0) > (b[place] ?? 0);
}

function rank({ eventId, completed, effectiveAt, receivedAt }: ResponseVersion): number[] {
  const delivered = !eventId.startsWith(BACKFILL_EVENT_PREFIX);
  return [Number(completed), effectiveAt.getTime(), Number(delivered), receivedAt.getTime()];
}
