/** Reads `/metrics` of the service repeatedly and compares the first half of the readings with the second. */
import { figuresOf, figuresSinceStart, Sample, sampleOf } from './gate-window';
import { MetricsSnapshot } from '../metrics-snapshot';
import type { Clock } from '../../database/clock';
import type { HttpClient } from '../http-client';
import type { GateSource } from './gate-source';

const TIMEOUT_MS = 5_000;

export class MetricsEndpoint implements GateSource {
  private readonly samples: Sample[] = [];

  /** `key`: sent with each reading; null when the metrics are open to whoever reaches them. `sinceStart`: judges the whole life of the process by one reading, instead of what happens between readings. */
  constructor(
    private readonly url: string,
    private readonly http: HttpClient,
    private readonly clock: Clock,
    private readonly sinceStart: boolean,
    private readonly key: string | null = null,
  ) {}

  get description(): string {
    return this.url;
  }

  /** Reads once more. `seconds` cannot reach further back than the first reading. */
  async observe(_seconds: number, signal?: AbortSignal): ReturnType<GateSource['observe']> {
    const headers: Record<string, string> = this.key === null ? {} : { authorization: `Bearer ${this.key}` };
    const { status, text } = await this.http.send(this.url, { headers, timeoutMs: TIMEOUT_MS, signal });
    if (status !== 200) throw new Error(`${this.url} answered ${status}`);
    const sample = sampleOf(MetricsSnapshot.parse(text), this.clock.now().getTime());
    if (!sample) throw new Error(`${this.url} does not serve this service's metrics`);
    if (this.sinceStart) return { window: figuresSinceStart(sample), comparison: null };
    this.samples.push(sample);
    const middle = Math.floor(this.samples.length / 2);
    const before = figuresOf(this.samples.slice(0, middle + 1));
    const after = figuresOf(this.samples.slice(middle));
    const comparison = before && after && middle > 0 ? { before, after } : null;
    return { window: figuresOf(this.samples), comparison };
  }
}
