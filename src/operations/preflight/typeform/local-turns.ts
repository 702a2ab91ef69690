/** Turns to call Typeform when no database is available to share them between replicas: no other process can call either. */
import type { PlaceInLine, TypeformPaceRepository } from '../../../typeform/pace/typeform-pace.repository';

const PAUSE_MS = 1_000;

export class LocalTurns implements Pick<TypeformPaceRepository, keyof TypeformPaceRepository> {
  private nextFreeAt = 0;
  private takenAt = 0;

  claim(_candidate: unknown, reservedMs: number): Promise<boolean> {
    const now = performance.now();
    const free = now >= this.nextFreeAt;
    if (free) {
      this.takenAt = now;
      this.nextFreeAt = now + reservedMs;
    }
    return Promise.resolve(free);
  }

  use(
    _id: string,
    { lateMs, turnMs, spacingMs }: { lateMs: number; turnMs: number; spacingMs: number },
  ): Promise<void> {
    const unchanged = this.nextFreeAt === this.takenAt + (turnMs + spacingMs);
    if (unchanged) this.nextFreeAt = this.takenAt + lateMs + spacingMs;
    return Promise.resolve();
  }

  standInLine(): Promise<PlaceInLine> {
    return Promise.resolve({ first: true, freeInMs: this.nextFreeAt - performance.now() });
  }

  withdraw(): Promise<void> {
    this.nextFreeAt = Math.min(this.nextFreeAt, this.takenAt);
    return Promise.resolve();
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }

  pauseAll(askedMs = PAUSE_MS): Promise<number> {
    this.nextFreeAt = Math.max(this.nextFreeAt, performance.now() + askedMs);
    return Promise.resolve(askedMs);
  }
}
