import { Injectable } from '@nestjs/common';
import { BackfillService } from '../backfill/backfill.service';
import { Clock } from '../database/clock';
import { InboxDepthRepository } from '../inbox/inbox-depth.repository';
import { EVENT_STATUSES } from '../inbox/webhook-event.entity';
import { FailureWatchdog } from '../webhook-intake/failure-watchdog';
import { ACKNOWLEDGED, FAILED, IntakeOutcome } from '../webhook-intake/intake-outcome';
import { IntakeStatistics } from '../webhook-intake/intake-statistics';
import { SecretWatchdog } from '../webhook-intake/secret-watchdog';
import { TypeformCallsRepository } from '../typeform/pace/typeform-calls.repository';
import { WEBHOOK_STATUSES } from '../webhook-management/webhook-state';
import { WebhooksRepository } from '../webhook-management/webhooks.repository';
import { windowMinutes } from './overview-window';
import type { OverviewView } from './overview.dto';

const DAY_MINUTES = 1_440;

@Injectable()
export class OverviewService {
  constructor(
    private readonly intake: IntakeStatistics,
    private readonly depth: InboxDepthRepository,
    private readonly typeform: TypeformCallsRepository,
    private readonly backfill: BackfillService,
    private readonly webhooks: WebhooksRepository,
    private readonly watchdog: FailureWatchdog,
    private readonly secretWatchdog: SecretWatchdog,
    private readonly clock: Clock,
  ) {}

  /** `window` like `15m`, `2h` or `90d`. */
  async get(window: string): Promise<OverviewView> {
    const minutes = windowMinutes(window);
    if (minutes === null) throw new Error('the window was not validated');
    const now = this.clock.now();
    const since = new Date(now.getTime() - minutes * 60_000);
    const [intake, received, open, typeform, recovered, webhooks] = await Promise.all([
      this.intake.summary(minutes),
      this.depth.receivedSince(since),
      this.depth.open(),
      this.typeform.summary(Math.min(minutes, DAY_MINUTES) * 60_000),
      this.backfill.recoveredSince(since),
      this.webhooks.countByStatus(),
    ]);
    const { outcomes, ackSeconds } = intake;
    const sum = (of: ReadonlySet<IntakeOutcome>): number =>
      [...of].reduce((total, outcome) => total + outcomes[outcome], 0);
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
      wrongSecrets: this.secretWatchdog.summary(),
      typeform,
      recovered,
    };
  }
}
