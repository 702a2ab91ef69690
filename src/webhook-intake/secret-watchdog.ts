/**
 * Tells a wrong secret from a stranger. Anybody can send a wrong signature to the shared endpoint, but only Typeform is told the address
 * of a registered webhook: when signatures there stop being valid, the secret at Typeform is not ours.
 */
import { Injectable, Logger } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { Clock } from '../database/clock';
import { collectWith } from '../rest/collect-with';

/** So many in a row, without a valid one in between. */
export const SUSPECT_FROM = 3;
const FORGOTTEN_AFTER_MS = 24 * 3_600_000;

const REFUSING = 'onboarding_webhooks_wrong_secret';
export const SECRET_WATCHDOG_METRIC_PROVIDERS = [
  makeGaugeProvider({
    name: REFUSING,
    help: 'Registered webhooks whose latest deliveries, three or more, all had a signature of another secret',
  }),
];

/** A registered webhook whose deliveries have stopped being valid. */
export interface WrongSecret {
  /** Id of the webhook. */
  endpoint: string;
  /** Wrong signatures since the last valid one. */
  refused: number;
}

@Injectable()
export class SecretWatchdog {
  private readonly logger = new Logger('Intake');
  private readonly wrong = new Map<string, { refused: number; lastAtMs: number }>();

  constructor(
    private readonly clock: Clock,
    @InjectMetric(REFUSING) gauge: Gauge,
  ) {
    collectWith(gauge, () => gauge.set(this.summary().length));
  }

  /** Records the check of a well-formed signature at the address of a registered webhook. True: Typeform is to be given the secret again. */
  checked(webhookId: string, valid: boolean): boolean {
    if (valid) {
      this.wrong.delete(webhookId);
      return false;
    }
    const seen = this.wrong.get(webhookId) ?? { refused: 0, lastAtMs: 0 };
    seen.refused += 1;
    seen.lastAtMs = this.clock.monotonicMs();
    this.wrong.set(webhookId, seen);
    if (seen.refused === SUSPECT_FROM) {
      const message =
        'The signatures of a webhook have stopped being valid: the next comparison sends Typeform its secret again';
      this.logger.error(`${message}; if that does not help, rotate it`, { endpoint: webhookId });
    }
    // Each further one: a suspicion that comes too soon after the last is dropped, and the next delivery must raise it again.
    return seen.refused >= SUSPECT_FROM;
  }

  /** The webhooks whose secret at Typeform is probably not ours. */
  summary(): WrongSecret[] {
    const since = this.clock.monotonicMs() - FORGOTTEN_AFTER_MS;
    for (const [webhookId, { lastAtMs }] of this.wrong) if (lastAtMs < since) this.wrong.delete(webhookId);
    return [...this.wrong]
      .filter(([, { refused }]) => refused >= SUSPECT_FROM)
      .map(([endpoint, { refused }]) => ({ endpoint, refused }));
  }
}
