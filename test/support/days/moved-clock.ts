import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { TypeformSandbox } from '../../../sandbox/sandbox';

const PRELOAD = pathToFileURL(resolve(__dirname, 'moved-clock.mjs')).href;

/** The wall clock of the sandbox and of services in processes of their own: the same in all of them, at any speed. */
export class MovedClock {
  private readonly directory = mkdtempSync(join(tmpdir(), 'onboarding-clock-'));
  private readonly file = join(this.directory, 'clock.json');
  private speed = 1;
  private realMs = Date.now();
  private simulatedMs = this.realMs;

  private constructor(private readonly sandbox: TypeformSandbox) {}

  static async start(sandbox: TypeformSandbox): Promise<MovedClock> {
    const clock = new MovedClock(sandbox);
    await clock.runAt(1);
    return clock;
  }

  /** Variables of a service that goes by this clock. */
  get environment(): Record<string, string> {
    return { NODE_OPTIONS: `--import=${PRELOAD}`, MOVED_CLOCK: this.file };
  }

  nowMs(): number {
    return this.simulatedMs + (Date.now() - this.realMs) * this.speed;
  }

  /** How many simulated seconds pass in one. */
  async runAt(speed: number): Promise<void> {
    await this.sandbox.control.setClock({ speed });
    this.realMs = Date.now();
    this.simulatedMs = Date.parse(this.sandbox.control.stats().clock.now);
    this.speed = speed;
    const { realMs, simulatedMs } = this;
    // Replaced as a whole: no process reads half of it.
    writeFileSync(`${this.file}.new`, JSON.stringify({ realMs, simulatedMs, speed }));
    renameSync(`${this.file}.new`, this.file);
  }

  /** Resolves when the clock has come to a moment. */
  async reaches(atMs: number): Promise<void> {
    for (let restMs = atMs - this.nowMs(); restMs > 0; restMs = atMs - this.nowMs()) {
      await pause(Math.min(Math.ceil(restMs / this.speed), 1_000));
    }
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
