/** What the service has promised to keep: every event sent until it was acknowledged, as Typeform does, and what the database holds of it. */
import type { Pool } from 'pg';
import { type FixtureEvent, toBody } from '../fixtures/typeform-events';
import { growingPause, HANGS_AFTER_MS } from './eventually';
import { deliver } from './sender';

export class AcknowledgedLedger {
  /** Event ids, each once however often it was acknowledged. */
  readonly acknowledged = new Set<string>();
  /** Deliveries without an acknowledgement, by status or socket error. */
  readonly failures: Record<string, number> = {};
  /** The longest that anybody waited for an answer, whatever it was. */
  slowestMs = 0;
  /** The longest without any acknowledgement while there was something to send. */
  unavailableMs = 0;
  private lastAcknowledgedMs = 0;
  private sending = 0;

  /** `urlOf` is asked before each attempt: a service that was started again listens elsewhere. */
  constructor(
    private readonly urlOf: () => string | null,
    private readonly secret: string,
  ) {}

  /** Sends events by several senders at once; each goes on with one until it is acknowledged. */
  async sendAll(events: readonly FixtureEvent[], senders: number): Promise<void> {
    // Nobody waited before.
    if (this.sending === 0) this.lastAcknowledgedMs = performance.now();
    this.sending += 1;
    const queue = [...events];
    await Promise.all(
      Array.from({ length: senders }, async () => {
        for (let event = queue.shift(); event; event = queue.shift()) await this.send(event);
      }),
    ).finally(() => (this.sending -= 1));
  }

  /** Sends an event once, and says whether it was acknowledged: for who sends at a rate of their own, and again later. */
  async offer(event: FixtureEvent): Promise<boolean> {
    this.lastAcknowledgedMs ||= performance.now();
    const outcome = await this.attempt(toBody(event), this.secret);
    if (outcome === '200') this.acknowledge(event);
    else this.count(outcome);
    return outcome === '200';
  }

  /** Sends what must never be taken in, until it gets the answer that it deserves. */
  async refuse(body: Buffer, secret: string, status: number): Promise<void> {
    await this.until(() => this.attempt(body, secret), String(status));
  }

  /**
   * What is wrong with the inbox: acknowledged events that are not there, and events that were not processed. Another body under the
   * id of an event is kept beside it, and not processed; what was erased is not either.
   */
  async discrepancies(pool: Pool): Promise<{ lost: string[]; unprocessed: string[] }> {
    const { rows } = await pool.query<{ event_id: string; status: string }>(
      `SELECT event_id, status FROM webhook_event WHERE coalesce(reason, '') NOT IN ('event_id_conflict', 'erased')`,
    );
    const statuses = new Map(rows.map(({ event_id: id, status }) => [id, status]));
    return {
      lost: [...this.acknowledged].filter((id) => !statuses.has(id)),
      unprocessed: [...statuses].filter(([, status]) => status !== 'processed').map(([id]) => id),
    };
  }

  private async send(event: FixtureEvent): Promise<void> {
    const body = toBody(event);
    await this.until(() => this.attempt(body, this.secret), '200');
    this.acknowledge(event);
  }

  private acknowledge(event: FixtureEvent): void {
    this.acknowledged.add(event.event_id);
    const now = performance.now();
    this.unavailableMs = Math.max(this.unavailableMs, now - this.lastAcknowledgedMs);
    this.lastAcknowledgedMs = now;
  }

  private async until(attempt: () => Promise<string>, wanted: string): Promise<void> {
    // A sender must not starve the service that is about to start.
    const pauseBeforeTrying = growingPause();
    for (const givesUpAt = performance.now() + HANGS_AFTER_MS; performance.now() < givesUpAt;) {
      const outcome = await attempt();
      if (outcome === wanted) return;
      this.count(outcome);
      await pauseBeforeTrying();
    }
    throw new Error(`never answered with ${wanted}: ${JSON.stringify(this.failures)}`);
  }

  private count(outcome: string): void {
    this.failures[outcome] = (this.failures[outcome] ?? 0) + 1;
  }

  private async attempt(body: Buffer, secret: string): Promise<string> {
    const url = this.urlOf();
    if (url === null) return 'down';
    const startedMs = performance.now();
    try {
      return String((await deliver(url, body, secret)).status);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'unknown';
    } finally {
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startedMs);
    }
  }
}
