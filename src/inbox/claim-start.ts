/** Where in the index of due events a claim starts. */
import type { Clock } from '../database/clock';

/** A claim from the beginning takes at most one fiftieth of the time. */
const REST_FACTOR = 50;
/** An event becomes due when its insert starts, and visible when that is committed. One that takes longer is found from the beginning. */
const COMMIT_SLACK_MS = 2_000;

/**
 * While a transaction keeps an old snapshot (a dump, for hours), PostgreSQL cannot remove the index entries of events that are done,
 * and a claim from the beginning reads all of them again. So claims go on where the last one found something, and start from the
 * beginning only as often as that is cheap: nearly always, unless there is such a snapshot. Not a bound for correctness: what is due
 * before the start waits for the next claim from the beginning.
 */
export class ClaimStart {
  private dueFrom: Date | null = null;
  private beginningDueMs = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** Claims events due from a time on; null: from the beginning. `foundAt`: everything due before that is done, or somebody has it. */
  async claim<Claim extends { foundAt: Date }>(claimFrom: (from: Date | null) => Promise<Claim>): Promise<Claim> {
    const startedMs = this.clock.monotonicMs();
    const from = startedMs >= this.beginningDueMs ? null : this.dueFrom;
    const claim = await claimFrom(from);
    const endedMs = this.clock.monotonicMs();
    this.dueFrom = new Date(claim.foundAt.getTime() - COMMIT_SLACK_MS);
    if (from === null) this.beginningDueMs = endedMs + REST_FACTOR * (endedMs - startedMs);
    return claim;
  }
}
