import type { TimeSource } from './time-source';

/**
 * The sandbox's own time. It runs `speed` times as fast as real time (0 = it is stopped) and can be moved forward.
 * Lag, retries and the windows of the disabling rules follow it, so that a test can let hours pass without a sleep.
 */
export class SimulatedClock {
  private anchorRealMs: number;
  private anchorMs: number;
  private currentSpeed: number;

  constructor(
    private readonly time: TimeSource,
    options: { speed: number; startAtMs?: number },
  ) {
    this.anchorRealMs = time.nowMs();
    this.anchorMs = options.startAtMs ?? this.anchorRealMs;
    this.currentSpeed = options.speed;
  }

  get speed(): number {
    return this.currentSpeed;
  }

  /** Simulated milliseconds since 1970. */
  nowMs(): number {
    return this.anchorMs + (this.time.nowMs() - this.anchorRealMs) * this.currentSpeed;
  }

  setSpeed(speed: number): void {
    this.anchorAt(this.nowMs());
    this.currentSpeed = speed;
  }

  /** Moves to `targetMs`; a target in the past changes nothing, because this clock never goes back. */
  advanceTo(targetMs: number): void {
    this.anchorAt(Math.max(this.nowMs(), targetMs));
  }

  private anchorAt(simulatedMs: number): void {
    this.anchorRealMs = this.time.nowMs();
    this.anchorMs = simulatedMs;
  }
}

/** `2026-01-31T12:00:00Z`: ISO 8601 UTC with whole seconds, the way Typeform writes times. */
export function toIsoSeconds(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}
