import { performance } from 'node:perf_hooks';

const WINDOW_MS = 1_000;
const LINES_PER_WINDOW = 50;

let windowEndsAtMs = 0;
let written = 0;
let left = 0;

/**
 * Whether a request that was refused without proof of its sender may have a line in the log, and how many before it had none: a flood
 * of strangers must not fill the disk of the log. The metrics count every one.
 */
export function mayLogRefusal(): { unlogged: number } | null {
  const now = performance.now();
  if (now >= windowEndsAtMs) {
    windowEndsAtMs = now + WINDOW_MS;
    written = 0;
  }
  if (written >= LINES_PER_WINDOW) {
    left += 1;
    return null;
  }
  written += 1;
  const unlogged = left;
  left = 0;
  return { unlogged };
}
