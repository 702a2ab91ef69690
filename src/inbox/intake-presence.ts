/** Notes durably when webhooks could not be taken in, so that the back-fill begins at once and not with its next daily run. */
import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { AppConfig } from '../config/app-config';
import { Clock } from '../database/clock';
import type { Refusal } from './intake-outage.entity';
import { IntakePresenceRepository, Refused } from './intake-presence.repository';

const BEAT_INTERVAL_MS = 5_000;

@Injectable()
export class IntakePresence implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Resolves when an absence before the start of this process would be on record, or the database could not be asked. */
  readonly noticed: Promise<void>;
  private notice: () => void = () => undefined;
  private readonly id = randomUUID();
  private starting = true;
  private timer: NodeJS.Timeout | null = null;
  private beating: Promise<void> = Promise.resolve();
  /** Not on record yet. */
  private readonly refusals = new Map<Refusal, Refused>();

  constructor(
    private readonly config: AppConfig,
    private readonly repository: IntakePresenceRepository,
    private readonly clock: Clock,
  ) {
    this.noticed = new Promise((resolve) => (this.notice = resolve));
  }

  onApplicationBootstrap(): void {
    if (this.config.workerMode === 'processor') return this.notice();
    this.beat();
    this.timer = setInterval(() => this.beat(), BEAT_INTERVAL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer === null) return;
    clearInterval(this.timer);
    await this.beating;
    await this.sign(() => this.repository.depart(this.id));
  }

  /** Counts a webhook that was not taken in although it may have been Typeform's. */
  refused(reason: Refusal): void {
    const now = this.clock.now();
    this.add({ reason, count: 1, beganAt: now, endedAt: now });
  }

  private add({ reason, count, beganAt, endedAt }: Refused): void {
    const known = this.refusals.get(reason);
    const sum = known ? { ...known, count: known.count + count, endedAt } : { reason, count, beganAt, endedAt };
    this.refusals.set(reason, sum);
  }

  private beat(): void {
    this.beating = this.beating.then(async () => {
      await this.sign(async () => {
        await this.repository.beat(this.id, this.starting);
        this.starting = false;
      });
      this.notice();
    });
  }

  /** Without the database nothing is lost: what was not noted is noted with a later sign. */
  private async sign(work: () => Promise<void>): Promise<void> {
    const refusals = [...this.refusals.values()];
    this.refusals.clear();
    try {
      await work();
      await this.repository.refused(refusals);
    } catch {
      for (const refused of refusals) this.add(refused);
    }
  }
}
