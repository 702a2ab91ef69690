/** The browser's clock: the only place that reads it. */
import { useSyncExternalStore } from 'react';

export const now = (): number => Date.now();

const TICK_MS = 15_000;
let shown = now();
const readers = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  // While nobody looked, it stood still.
  if (ticking === undefined) shown = now();
  ticking ??= setInterval(() => {
    shown = now();
    for (const each of readers) each();
  }, TICK_MS);
  return () => {
    readers.delete(reader);
    if (readers.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}

/** Milliseconds since 1970, renewed every 15 seconds for all who show it. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => shown);
