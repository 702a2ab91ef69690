import { Injectable } from '@nestjs/common';
import { BackfillService } from '../backfill/backfill.service';
import { Clock } from '../database/clock';
import { InboxDepthRepository } from '../inbox/inbox-depth.repository';
import { EVENT_STATUSES } from '../inbox/webhook-event.entity';
import type { IntakeOutcome } from '../webhook-intake/intake-outcome';
import { FailureWatchdog } from '../webhook-intake/failure-watchdog';
import { IntakeWindow } from '../webhook-intake/intake-window';
import { TypeformCallsRepository } from '../typeform/pace/typeform-calls.repository';
import { WEBHOOK_STATUSES } from '../webhook-management/webhook-state';
import { WebhooksRepository } from '../webhook-management/webhooks.repository';
import type { OverviewView } from './overview.dto';

/** Outcomes that are our fault: a valid event that was not accepted. */
const FAILED: readonly IntakeOutcome[] = ['rate_limited', 'unavailable', 'error'];
const ACKNOWLEDGED: readonly IntakeOutcome[] = ['accepted', 'duplicate', 'quarantined'];

@Injectable()
export class OverviewService {
  constructor(
    private readonly intake: IntakeWindow,
    private readonly depth: InboxDepthRepository,
    private readonly typeform: TypeformCallsRepository,
    private readonly backfill: BackfillService,
    private readonly webhooks: WebhooksRepository,
    private readonly watchdog: FailureWatchdog,
    private readonly clock: Clock,
  ) {}

  /** `window` like `15m` or `2h`, up to a day. */
  async get(window: string): Promise<OverviewView> {
    const minutes = parseInt(window, 10) * (window.endsWith('h') ? 60 : 1);
    const now = this.clock.now();
    const since = new Date(now.getTime() - minutes * 60_000);
    const [received, open, typeform, recovered, webhooks] = await Promise.all([
      this.depth.receivedSince(since),
      this.depth.open(),
      this.typeform.summary(minutes * 60_000),
      this.backfill.recoveredSince(since),
      this.webhooks.countByStatus(),
    ]);
    const { outcomes, ackSeconds } = this.intake.summary(minutes);
    const sum = (of: readonly IntakeOutcome[]): number => of.reduce((total, outcome) => total + outcomes[outcome], 0);
    const good = sum(ACKNOWLEDGED);
    const all = good + sum(FAILED);
    const toMs = (seconds: number | null): number | null =>
      seconds === null ? null : Math.round(seconds * 10_000) / 10;
    return {
      window,
      observedAt: now,
      intake: {
        outcomes,
        successRate: all === 0 ? null : good / all,
        ackMs: { p50: toMs(ackSeconds.p50), p95: toMs(ackSeconds.p95), p99: toMs(ackSeconds.p99) },
      },
      deliveries: Object.fromEntries(EVENT_STATUSES.map((status) => [status, received[status] ?? 0])),
      inbox: open.map(({ status, count, oldestReceivedAt }) => ({
        status,
        count,
        oldestAgeSeconds: oldestReceivedAt === null ? null : (now.getTime() - oldestReceivedAt.getTime()) / 1000,
      })),
      webhooks: Object.fromEntries(WEBHOOK_STATUSES.map((status) => [status, webhooks[status] ?? 0])),
      failing: this.watchdog.summary(),
      typeform,
      recovered,
    };
  }
}
