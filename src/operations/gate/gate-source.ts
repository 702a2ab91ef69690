import type { Observation } from './release-gate';

/** Where the figures of a gate come from: the service itself, or a Prometheus that scrapes it. */
export interface GateSource {
  /** For the report: what was asked. No credentials. */
  readonly description: string;
  /** The last `seconds`, and what to compare them with. Throws when they cannot be read. */
  observe(seconds: number, signal?: AbortSignal): Promise<Pick<Observation, 'window' | 'comparison'>>;
}
