/**
 * Counts our own failures per endpoint and warns before Typeform disables a webhook. Its rule (Typeform, "Webhooks"): every
 * attempt failed, and there were more than 100 in 5 minutes or more than 300 in 24 hours.
 */
import { Injectable, Logger } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { Clock } from '../database/clock';
import { collectWith } from '../rest/collect-with';

export const TYPEFORM_LIMITS = { fiveMinutes: 100, day: 300 };
/** Half of what Typeform tolerates: enough time to act. */
const WARN_SHARE = 0.5;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

const AT_RISK = 'onboarding_webhooks_at_risk';
export const WATCHDOG_METRIC_PROVIDERS = [
  makeGaugeProvider({
    name: AT_RISK,
    help: 'Endpoints that have reached half of the failures after which Typeform disables a webhook',
  }),
];

/** An endpoint's failures without a success in between. */
export interface EndpointFailures {
  /** Id of the webhook, or `shared`. */
  endpoint: string;
  inFiveMinutes: number;
  inDay: number;
  atRisk: boolean;
}

interface Failures {
  /** Minute of the monotonic clock -> failures in it. */
  minutes: Map<number, number>;
  warned: boolean;
}

@Injectable()
export class FailureWatchdog {
  private readonly logger = new Logger('Intake');
  private readonly failing = new Map<string, Failures>();

  constructor(
    private readonly clock: Clock,
    @InjectMetric(AT_RISK) gauge: Gauge,
  ) {
    collectWith(gauge, () => gauge.set(this.summary().filter(({ atRisk }) => atRisk).length));
  }

  /** Records an answer of an endpoint. A success resets the count: Typeform only disables a webhook whose every delivery fails. */
  answered(endpoint: string, success: boolean): void {
    if (success) {
      this.failing.delete(endpoint);
      return;
    }
    const minute = this.currentMinute();
    const failures = this.failing.get(endpoint) ?? { minutes: new Map<number, number>(), warned: false };
    this.failing.set(endpoint, failures);
    failures.minutes.set(minute, (failures.minutes.get(minute) ?? 0) + 1);
    const state = this.judge(endpoint, failures);
    if (!state.atRisk || failures.warned) return;
    failures.warned = true;
    this.logger.error('Typeform is about to disable a webhook: every delivery fails', state);
  }

  /** Every endpoint that is currently failing. */
  summary(): EndpointFailures[] {
    return [...this.failing]
      .map(([endpoint, failures]) => this.judge(endpoint, failures))
      .filter(({ inDay }) => inDay > 0);
  }

  private judge(endpoint: string, { minutes }: Failures): EndpointFailures {
    const now = this.currentMinute();
    let inFiveMinutes = 0;
    let inDay = 0;
    for (const [minute, count] of minutes) {
      if (minute <= now - DAY_MINUTES) minutes.delete(minute);
      else inDay += count;
      if (minute > now - 5) inFiveMinutes += count;
    }
    const atRisk =
      inFiveMinutes >= TYPEFORM_LIMITS.fiveMinutes * WARN_SHARE || inDay >= TYPEFORM_LIMITS.day * WARN_SHARE;
    return { endpoint, inFiveMinutes, inDay, atRisk };
  }

  private currentMinute(): number {
    return Math.floor(this.clock.monotonicMs() / MINUTE_MS);
  }
}
