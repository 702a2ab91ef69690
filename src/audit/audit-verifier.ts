import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { Clock } from '../database/clock';
import { collectWith, showReading } from '../rest/collect-with';
import { AuditLog } from './audit-log';
import { SealedEnd } from './sealed-end';

const INTACT = 'onboarding_audit_chain_intact';
const EVERY_MS = 24 * 3_600_000;
/** A verification that failed, because the database was away, is made up for within this time. */
const LOOK_INTERVAL_MS = 3_600_000;

export const AUDIT_VERIFIER_METRIC_PROVIDERS = [
  makeGaugeProvider({
    name: INTACT,
    help: '1 when the last daily verification found the entire chain of the audit log and its seals intact',
  }),
];

/** Seals unsealed entries and verifies the entire chain, at startup and once a day; in between each scrape checks its end. */
@Injectable()
export class AuditVerifier implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private timer: NodeJS.Timeout | null = null;
  private verifiedAtMs = -Infinity;
  private intact: boolean | undefined;

  constructor(
    @InjectMetric(INTACT) private readonly gauge: Gauge,
    private readonly audit: AuditLog,
    private readonly end: SealedEnd,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    collectWith(this.gauge, () => showReading(this.gauge, this.intact === undefined ? undefined : Number(this.intact)));
  }

  onApplicationBootstrap(): void {
    const look = (): void => void this.look().catch(() => undefined);
    look();
    this.timer = setInterval(look, LOOK_INTERVAL_MS);
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    const end = await this.end.read();
    // A log that was tampered with is left as evidence.
    if (end.intact && end.unsealed > 0) await this.audit.sealEarlier();
    if (this.clock.monotonicMs() - this.verifiedAtMs < EVERY_MS) return;
    const { valid, brokenAt, problem, ...found } = await this.audit.verify();
    this.intact = valid;
    this.verifiedAtMs = this.clock.monotonicMs();
    // A copy of this line, kept with the logs, tells later whether the end of the log was cut off.
    if (valid) this.logger.log('The audit log is intact', found);
    else this.logger.error(`The audit log was tampered with: ${problem}`, { brokenAt, ...found });
  }
}
