/**
 * Loaded into a service by NODE_OPTIONS=--import: its wall clock is the one that a MovedClock has written to a file.
 * Monotonic times, timers and the database's clock stay as they are.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { SystemClock } = createRequire(import.meta.url)('../../../dist/src/database/clock.js');

SystemClock.prototype.now = () => {
  const { realMs, simulatedMs, speed } = JSON.parse(readFileSync(process.env.MOVED_CLOCK, 'utf8'));
  return new Date(simulatedMs + (Date.now() - realMs) * speed);
};
