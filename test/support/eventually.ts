import { setTimeout as pause } from 'node:timers/promises';

/**
 * How long a test waits, in milliseconds, before it counts as hanging. No measure of speed: a wait ends as soon as what it waits for
 * is there, and only a test that fails waits so long. Below the limit of Jest, so that the failure says what was missing.
 */
export const HANGS_AFTER_MS = 240_000;

/** Waits until a condition holds, asking again and again; fails with `what` when it never does. */
export async function eventually(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const givesUpAt = performance.now() + HANGS_AFTER_MS;
  const pauseBeforeAsking = growingPause();
  while (!(await condition())) {
    if (performance.now() > givesUpAt) throw new Error(`gave up waiting until ${what}`);
    await pauseBeforeAsking();
  }
}

/**
 * Pauses between two looks at something: 10 ms at first, a quarter longer each time, at most a tenth of a second. To ask every 10 ms took
 * a third of a core for each test that waited.
 */
export function growingPause(): () => Promise<void> {
  let nextMs = 10;
  return async () => {
    await pause(nextMs);
    nextMs = Math.min(nextMs * 1.25, 100);
  };
}
