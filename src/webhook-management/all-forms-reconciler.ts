/** Compares all webhooks with Typeform once in an interval, whatever the number of processes. */
import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { AppConfig } from '../config/app-config';
import { Clock } from '../database/clock';
import type { CallOptions } from '../typeform/typeform-api';
import { FormReport, FormReconciler } from './form-reconciler';
import { LEASE_RENEWAL_MS, ReconcilePassRepository } from './reconcile-pass.repository';
import { WebhooksRepository } from './webhooks.repository';

const FORMS_PER_PAGE = 100;
/** The first pass comes soon after a start: while nobody was there, Typeform may have switched a webhook off. */
const FIRST_PASS_MS = 10_000;

/** Only what was compared this lately before a process's first pass is not compared again: with a long interval much may have happened since. */
const FRESH_MS = 60_000;

/** How often a process looks whether a pass is due: another one may have made it, or have died in it. */
const LOOK_EVERY_MS = 10_000;

/** How often someone who waits for another process's pass to end asks again. */
const ASK_AGAIN_MS = 500;

/** The result of a pass over everything. `finished` is false when it was cut short. */
export interface PassReport extends FormReport {
  finished: boolean;
  /** Nothing was compared, because another process was making a pass all the time, or has made one less than an interval ago. */
  madeElsewhere: boolean;
}

@Injectable()
export class AllFormsReconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Webhooks');
  private readonly stop = new AbortController();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<unknown> | null = null;
  /** The owners of the passes that this process is making. */
  private readonly holding = new Set<string>();
  /** Everything was compared, here or elsewhere, about when this process started or since. */
  private caughtUp = false;

  constructor(
    private readonly config: AppConfig,
    private readonly passes: ReconcilePassRepository,
    private readonly repository: WebhooksRepository,
    private readonly reconciler: FormReconciler,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const { reconcileIntervalSeconds: seconds, workerMode } = this.config;
    if (seconds > 0 && workerMode !== 'intake') this.schedule(seconds * 1000, Math.min(seconds * 1000, FIRST_PASS_MS));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    if (this.timer) clearTimeout(this.timer);
    await this.running?.catch(() => undefined);
    // A pass on request may still wait for Typeform when the database is left: nobody is to wait for its lease to lapse.
    for (const owner of this.holding) await this.passes.release(owner, false).catch(() => undefined);
  }

  /**
   * One pass over all forms, one process at a time; while another makes one, this one waits for it if `wait`, as long as the signal allows.
   * None is made if any process has finished one less than `unlessWithinMs` ago.
   */
  async pass(
    call: CallOptions,
    { force, wait, unlessWithinMs = 0 }: { force: boolean; wait: boolean; unlessWithinMs?: number },
  ): Promise<PassReport> {
    const report: PassReport = { webhooks: [], strays: [], finished: false, madeElsewhere: true };
    const owner = randomUUID();
    while (!(await this.passes.hold(owner, unlessWithinMs))) {
      if (!wait || call.signal?.aborted) return report;
      await this.clock.sleep(ASK_AGAIN_MS);
    }
    report.madeElsewhere = false;
    this.holding.add(owner);
    const lost = new AbortController();
    const lease = setInterval(() => {
      if (this.stop.signal.aborted) return;
      // An unreachable database says nothing about who holds the lease.
      this.passes.hold(owner).then(
        (held) => held || lost.abort(new Error('another process has taken over the comparison')),
        () => undefined,
      );
    }, LEASE_RENEWAL_MS);
    try {
      const signal = call.signal ? AbortSignal.any([call.signal, lost.signal]) : lost.signal;
      await this.compare(report, { ...call, signal }, force);
    } finally {
      clearInterval(lease);
      this.holding.delete(owner);
      // Without the database the lease lapses by itself.
      await this.passes.release(owner, report.finished).catch(() => undefined);
    }
    return report;
  }

  private async compare(report: PassReport, call: CallOptions, force: boolean): Promise<void> {
    let after = '';
    for (;;) {
      const formIds = await this.repository.formsToReconcile(after, FORMS_PER_PAGE);
      for (const formId of formIds) {
        if (call.signal?.aborted) return;
        const found = await this.reconciler.reconcileForm(formId, call, { force }).catch((error: unknown) => {
          // Cut short in the middle of a form: what was compared before is told.
          if (call.signal?.aborted) return null;
          throw error;
        });
        if (found === null) return;
        report.webhooks.push(...found.webhooks);
        report.strays.push(...found.strays);
      }
      const last = formIds.at(-1);
      if (formIds.length < FORMS_PER_PAGE || last === undefined) break;
      after = last;
    }
    report.finished = true;
  }

  /**
   * A pass of its own accord, unless one has finished in any process less than `intervalMs` ago, or a minute before the first one of this
   * process. Returns the milliseconds until the next look.
   */
  async passIfDue(intervalMs: number): Promise<number> {
    const unlessWithinMs = this.caughtUp ? intervalMs : Math.min(intervalMs, FRESH_MS);
    const dueInMs = await this.passes.dueInMs(unlessWithinMs);
    if (dueInMs > 0) {
      this.caughtUp = true;
      return Math.min(Math.ceil(dueInMs), LOOK_EVERY_MS);
    }
    const call: CallOptions = { priority: 'background', signal: this.stop.signal };
    const { madeElsewhere, finished } = await this.pass(call, {
      force: false,
      wait: false,
      unlessWithinMs,
    });
    if (finished) this.caughtUp = true;
    // What was cut short is not begun anew at once.
    return madeElsewhere || finished ? Math.min(intervalMs, LOOK_EVERY_MS) : intervalMs;
  }

  private schedule(intervalMs: number, delayMs: number): void {
    this.timer = setTimeout(() => {
      this.running = this.passIfDue(intervalMs)
        .catch((error: unknown) => {
          if (!this.stop.signal.aborted) {
            const why = error instanceof Error ? error.message : 'unknown error';
            this.logger.warn(`Comparing the webhooks with Typeform failed and will be tried again: ${why}`);
          }
          return Math.min(intervalMs, FRESH_MS);
        })
        .then((waitMs) => {
          if (!this.stop.signal.aborted) this.schedule(intervalMs, waitMs);
        });
    }, delayMs);
  }
}
