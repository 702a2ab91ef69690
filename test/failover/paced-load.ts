/** Webhooks at a fixed rate, whatever they are answered; what was refused is sent again later, as Typeform does. */
import { setTimeout as pause } from 'node:timers/promises';
import type { FixtureEvent } from '../fixtures/typeform-events';
import type { AcknowledgedLedger } from '../support/acknowledged-ledger';
import { eventually } from '../support/eventually';

const TICK_MS = 5;
/** A sender that was held up, on a busy machine, does not send all at once what it has missed. */
const MISSED_MS = 100;
/** What the service asks for by Retry-After. */
const SENT_AGAIN_AFTER_MS = 5_000;

export class PacedLoad {
  /** Every event that was sent at least once. */
  readonly sent: FixtureEvent[] = [];
  private readonly refused: { event: FixtureEvent; dueMs: number }[] = [];
  private inFlight = 0;
  private deliveries = 0;
  private stopping = false;
  private readonly running: Promise<void>;

  constructor(
    private readonly ledger: AcknowledgedLedger,
    private readonly newEvents: Iterator<FixtureEvent, undefined>,
    private readonly perSecond: number,
  ) {
    this.running = this.run();
  }

  /** Sends no new ones; resolves when each one is acknowledged. */
  async stop(): Promise<void> {
    this.stopping = true;
    await eventually(() => this.inFlight === 0 && this.refused.length === 0, 'everything is acknowledged');
    await this.running;
  }

  private async run(): Promise<void> {
    let sentUntilMs = performance.now();
    while (!this.stopping || this.inFlight > 0 || this.refused.length > 0) {
      sentUntilMs = Math.max(sentUntilMs, performance.now() - MISSED_MS);
      for (; sentUntilMs < performance.now(); sentUntilMs += 1_000 / this.perSecond) {
        const event = this.next();
        if (event) void this.send(event);
      }
      await pause(TICK_MS);
    }
  }

  /** Repetitions and new ones in turn; some are sent twice at once, some once more when they have long been acknowledged. */
  private next(): FixtureEvent | undefined {
    this.deliveries += 1;
    const repeats =
      (this.stopping || this.deliveries % 2 === 0) && (this.refused[0]?.dueMs ?? Infinity) < performance.now();
    if (repeats) return this.refused.shift()?.event;
    if (this.stopping) return undefined;
    if (this.deliveries % 10 === 5) return this.sent.at(this.deliveries % 20 === 5 ? -1 : -5 * this.perSecond);
    const { value: event } = this.newEvents.next();
    if (event) this.sent.push(event);
    return event;
  }

  private async send(event: FixtureEvent): Promise<void> {
    this.inFlight += 1;
    const acknowledged = await this.ledger.offer(event);
    if (!acknowledged) this.refused.push({ event, dueMs: performance.now() + SENT_AGAIN_AFTER_MS });
    this.inFlight -= 1;
  }
}
