import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import { type ChangeKind, CHANGES_CHANNEL, encodeChanges } from '../core/change-message';
import { Notifications } from '../database/notifications';

/** At most one notification per this time, whatever happens: each is a commit, and takes a lock that all of them share. */
const INTERVAL_MS = 250;
/** More ids of a kind are not named. */
const MAX_IDS = 50;

/** Tells all processes what this one has changed, gathered and after the commit, so that it costs those who change it nothing. */
@Injectable()
export class Changes implements OnApplicationShutdown {
  /** The ids by kind; null: too many to be named. */
  private gathered = new Map<ChangeKind, Set<string> | null>();
  /** Set from the first change until all processes have been told. */
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(private readonly notifications: Notifications) {}

  /** Call it after the commit. Without ids, any of the kind may have changed. Never throws, and nobody waits for it. */
  happened(kind: ChangeKind, ids?: Iterable<string>): void {
    if (this.stopped) return;
    this.gathered.set(kind, added(this.gathered.get(kind), ids));
    this.timer ??= setTimeout(() => void this.tell(), INTERVAL_MS);
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  private async tell(): Promise<void> {
    const told = this.gathered;
    this.gathered = new Map();
    const changes = [...told].map(([kind, ids]) => ({ kind, ids: [...(ids ?? [])] }));
    try {
      await this.notifications.notify(CHANGES_CHANNEL, encodeChanges(changes));
    } catch {
      // Told when the database is back.
      for (const kind of told.keys()) this.gathered.set(kind, null);
    }
    const more = this.gathered.size > 0 && !this.stopped;
    this.timer = more ? setTimeout(() => void this.tell(), INTERVAL_MS) : null;
  }
}

function added(known: Set<string> | null | undefined, ids: Iterable<string> | undefined): Set<string> | null {
  if (known === null || ids === undefined) return null;
  const all = known ?? new Set<string>();
  for (const id of ids) {
    if (all.size === MAX_IDS && !all.has(id)) return null;
    all.add(id);
  }
  return all;
}
