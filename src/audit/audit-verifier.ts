import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { Clock } from '../database/clock';
import { collectWith, showReading } from '../rest/collect-with';
import { AuditLog } from './audit-log';

const INTACT = 'onboarding_audit_chain_intact';
const EVERY_MS = 24 * 3_600_000;
/** A verification that failed, because the database was away, is made up for within this time. */
const LOOK_INTERVAL_MS = 3_600_000;

export const AUDIT_VERIFIER_METRIC_PROVIDERS = [
  makeGaugeProvider({
    name: INTACT,
    help: '1 when the last daily verification found the entire chain of the audit log intact',
  }),
];

/** Recomputes the entire chain at the start and once a day; in between each scrape checks its end. */
@Injectable()
export class AuditVerifier implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private timer: NodeJS.Timeout | null = null;
  private verifiedAtMs = -Infinity;
  private intact: boolean | undefined;

  constructor(
    @InjectMetric(INTACT) private readonly gauge: Gauge,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    collectWith(this.gauge, () => showReading(this.gauge, this.intact === undefined ? undefined : Number(this.intact)));
  }

  onApplicationBootstrap(): void {
    const look = (): void => void this.verifyWhenDue().catch(() => undefined);
    look();
    this.timer = setInterval(look, LOOK_INTERVAL_MS);
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  private async verifyWhenDue(): Promise<void> {
    if (this.clock.monotonicMs() - this.verifiedAtMs < EVERY_MS) return;
    const { valid, brokenAt } = await this.audit.verify();
    this.intact = valid;
    this.verifiedAtMs = this.clock.monotonicMs();
    if (!valid)
      this.logger.error('The audit log was tampered with: compare it with a copy kept elsewhere', { brokenAt });
  }
}
