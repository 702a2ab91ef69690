import type { Gauge } from 'prom-client';

/** prom-client calls a gauge's `collect` before it is read; its provider cannot name one that needs an injected class. */
export function collectWith(gauge: Gauge, collect: () => void | Promise<void>): void {
  Object.assign(gauge, { collect });
}

/** Shows what was read; without a value the series goes: absent is the truth, stale or zero is not. */
export function showReading(gauge: Gauge, value: number | undefined): void {
  if (value === undefined) gauge.remove();
  else gauge.set(value);
}
