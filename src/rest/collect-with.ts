import type { Gauge } from 'prom-client';

/** prom-client calls a gauge's `collect` before it is read; its provider cannot name one that needs an injected class. */
export function collectWith(gauge: Gauge, collect: () => void | Promise<void>): void {
  Object.assign(gauge, { collect });
}
