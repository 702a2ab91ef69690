import type { Gauge } from 'prom-client';

/** prom-client calls a gauge's `collect` before it is read; its provider cannot name one that needs an injected class. */
export function collectWith(gauge: Gauge, collect: () => void | Promise<void>): void {
  Object.assign(gauge, { collect });
}

/** Sets the gauge to the value; without one the series becomes absent rather than stale or zero. */
export function showReading(gauge: Gauge, value: number | undefined): void {
  if (value === undefined) gauge.remove();
  else gauge.set(value);
}
