/** Asks a Prometheus for the window and for the one before it. Source: Prometheus, "HTTP API", instant queries. */
import { z } from 'zod';
import type { WindowFigures } from './gate-window';
import type { HttpClient } from '../http-client';
import type { GateSource } from './gate-source';

const TIMEOUT_MS = 15_000;
/** A rate needs two scrapes; Prometheus scrapes every 15 to 60 s. */
const SHORTEST_SECONDS = 60;

const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

export class Prometheus implements GateSource {
  /** `selector`: matchers that tell this release from others, e.g. `namespace="production",pod=~"onboarding-canary-.*"`. */
  constructor(
    private readonly baseUrl: string,
    private readonly http: HttpClient,
    private readonly selector: string,
  ) {}

  get description(): string {
    return this.baseUrl;
  }

  async observe(seconds: number, signal?: AbortSignal): ReturnType<GateSource['observe']> {
    const range = Math.max(SHORTEST_SECONDS, Math.ceil(seconds));
    const [window, before] = [await this.figures(range, 0, signal), await this.figures(range, range, signal)];
    return { window, comparison: window && before ? { before, after: window } : null };
  }

  /** Null when this Prometheus has no webhook requests of the service for that time. */
  private async figures(range: number, offset: number, signal?: AbortSignal): Promise<WindowFigures | null> {
    const of = (name: string, labels = ''): string => `${name}{${[labels, this.selector].filter(Boolean).join(',')}}`;
    const past = offset === 0 ? '' : ` offset ${offset}s`;
    const ask = (query: string): Promise<number | null> => this.ask(query, signal);
    const increase = (metric: string): Promise<number | null> => ask(`sum(increase(${metric}[${range}s]${past}))`);
    const requests = (outcomes: string): Promise<number | null> =>
      increase(of('onboarding_webhook_requests_total', `outcome=~"${outcomes}"`));

    const acknowledged = await requests('accepted|duplicate|quarantined');
    if (acknowledged === null) return null;
    const ackCount = await increase(of('onboarding_webhook_ack_seconds_count'));
    const ackSeconds = await increase(of('onboarding_webhook_ack_seconds_sum'));
    // Every Node process exposes its memory: only those of this service count.
    const memory = `delta(${of('process_resident_memory_bytes')}[${range}s]${past})`;
    const ours = `${of('onboarding_inbox_waiting_commits')}${past}`;
    return {
      seconds: range,
      acknowledged,
      failed: (await requests('rate_limited|unavailable|error')) ?? 0,
      throttled: (await requests('rate_limited')) ?? 0,
      ackMs: ackCount === null || ackSeconds === null || ackCount === 0 ? null : (ackSeconds / ackCount) * 1000,
      dead: (await increase(of('onboarding_events_dead_total'))) ?? 0,
      wrongSecrets: (await ask(`max(${of('onboarding_webhooks_wrong_secret')}${past})`)) ?? 0,
      memoryGrowthBytes: await ask(`max(${memory} and on (job, instance) ${ours})`),
      paceCompliance: await ask(`min(min_over_time(${of('onboarding_typeform_pace_compliance')}[${range}s]${past}))`),
      pendingEvents: await ask(`max(${of('onboarding_inbox_events', 'status="pending"')}${past})`),
      oldestPendingSeconds: await ask(`max(${of('onboarding_inbox_oldest_age_seconds', 'status="pending"')}${past})`),
    };
  }

  /** The value of a query with one result; null without a result. Throws when Prometheus does not answer it. */
  private async ask(query: string, signal?: AbortSignal): Promise<number | null> {
    const url = `${this.baseUrl}/api/v1/query?${new URLSearchParams({ query }).toString()}`;
    const { status, text } = await this.http.send(url, { timeoutMs: TIMEOUT_MS, signal });
    const answer = status === 200 ? answerSchema.safeParse(parseJson(text)) : null;
    if (!answer?.success) throw new Error(`${this.baseUrl} did not answer a query (status ${status})`);
    const value = Number(answer.data.data.result[0]?.value[1] ?? NaN);
    return Number.isNaN(value) ? null : value;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
