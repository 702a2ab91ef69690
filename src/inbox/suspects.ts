/**
 * Events of batches that failed, in groups that are divided until the one to blame stands alone. They wait here while new events go
 * first; none is lost with the process, since all of them are still due in the database.
 */
export class Suspects {
  private readonly groups: string[][] = [];

  /** The ids of all suspects, for claims that must leave them alone. */
  get eventIds(): string[] {
    return this.groups.flat();
  }

  /** True when no event is suspected. */
  get none(): boolean {
    return this.groups.length === 0;
  }

  /** Adds the events of a batch that failed, in this many groups of about the same size. */
  add(eventIds: readonly string[], groups: number): void {
    const size = Math.max(1, Math.ceil(eventIds.length / groups));
    for (let start = 0; start < eventIds.length; start += size) this.groups.push(eventIds.slice(start, start + size));
  }

  /** Takes out the group that has waited longest. */
  next(): string[] | undefined {
    return this.groups.shift();
  }
}
