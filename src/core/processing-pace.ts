/**
 * How much of its time the processor works while webhooks come in. Typeform gives up on a late answer, a record can wait: as soon as more
 * than one acknowledgement in a hundred is late the processor works half as much, and then by and by more again. It never stops. Pure.
 */

/**
 * An acknowledgement that took longer is late. On a busy machine answers take tens of milliseconds whether or not the processor works; standing
 * back for those only lets the backlog grow, and larger batches make the next answers later still.
 */
export const LATE_AFTER_MS = 100;
const MAX_LATE_SHARE = 0.01;
const LEAST_SHARE = 0.4;
const STEP = 0.05;
/** What the acknowledgements before still count with each further batch. */
const MEMORY = 0.8;
/** A pause ends after this, however long the batch before took. */
const LONGEST_REST_MS = 50;
/**
 * The least time between the beginnings of two batches, if the first leaves nothing over. A batch costs milliseconds of processor time whatever
 * its size: its statements are planned anew. Without a pause, hundreds of webhooks a second would make hundreds of batches.
 */
const BATCH_INTERVAL_MS = 20;
/** A batch keeps requests waiting while it is worked out, so it is smaller while any are late. */
const MOST_EVENTS = 256;
const FEWER_EVENTS = 128;

/** Acknowledgements, and how many of them were late. */
export interface Acknowledged {
  acks: number;
  late: number;
}

/** The share of its time that the processor works, and the acknowledgements that this follows from. */
export interface Pace extends Acknowledged {
  share: number;
}

/** While no webhooks come in. */
export const FULL_PACE: Pace = { share: 1, acks: 0, late: 0 };

/** The pace after another batch, during which `seen` were acknowledged. */
export function nextPace(pace: Pace, seen: Acknowledged): Pace {
  const acks = pace.acks * MEMORY + seen.acks;
  const late = pace.late * MEMORY + seen.late;
  // Forgotten as soon as it was answered to, so that one bad moment halves the share once.
  if (late > acks * MAX_LATE_SHARE && seen.late > 0)
    return { share: Math.max(LEAST_SHARE, pace.share / 2), acks: 0, late: 0 };
  return { share: Math.min(1, pace.share + STEP), acks, late };
}

/** How long to rest after a batch that took `workedMs`. `more`: it left events that are due. */
export function restMs({ share }: Pace, workedMs: number, more: boolean): number {
  const gatheringMs = more ? 0 : BATCH_INTERVAL_MS - workedMs;
  return Math.min(LONGEST_REST_MS, Math.max(gatheringMs, workedMs * (1 / share - 1)));
}

/** The most events of the next batch. */
export function mostEvents({ share }: Pace): number {
  return share < 1 ? FEWER_EVENTS : MOST_EVENTS;
}
