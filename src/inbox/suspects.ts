/** Events that are tried together. */
export interface SuspectGroup {
  eventIds: readonly string[];
  /** Whether they wait for clients that somebody else holds; if not, it is found out which events do. */
  wait: boolean;
  /** All of them had to wait before. */
  again: boolean;
  /** The only one failed alone before, for a reason that may pass. */
  failedAlone?: true;
}

/**
 * Events of batches that failed, in groups that are divided until the one to blame stands alone. They wait here while new events go
 * first; none is lost with the process, since all of them are still due in the database.
 */
export class Suspects {
  private readonly groups: SuspectGroup[] = [];

  /** The ids of all suspects, for claims that must leave them alone. */
  get eventIds(): string[] {
    return this.groups.flatMap(({ eventIds }) => eventIds);
  }

  /** True when no event is suspected. */
  get none(): boolean {
    return this.groups.length === 0;
  }

  /** Adds the events of a batch that failed, in this many groups of about the same size. */
  divide(eventIds: readonly string[], groups: number): void {
    const size = Math.max(1, Math.ceil(eventIds.length / groups));
    for (let start = 0; start < eventIds.length; start += size) {
      this.addLast({ eventIds: eventIds.slice(start, start + size), wait: true, again: false });
    }
  }

  /** Adds a group behind the others; one without events is none. */
  addLast(group: SuspectGroup): void {
    if (group.eventIds.length > 0) this.groups.push(group);
  }

  /** Adds a group before the others; one without events is none. */
  addNext(group: SuspectGroup): void {
    if (group.eventIds.length > 0) this.groups.unshift(group);
  }

  /** Takes out the next group. */
  next(): SuspectGroup | undefined {
    return this.groups.shift();
  }
}
