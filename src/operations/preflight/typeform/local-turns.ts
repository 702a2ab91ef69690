/** Turns to call Typeform when no database is available to share them between replicas: no other process can call either. */
import type { PlaceInLine, TypeformPaceRepository } from '../../../typeform/pace/typeform-pace.repository';

const PAUSE_MS = 1_000;

export class LocalTurns implements Pick<TypeformPaceRepository, keyof TypeformPaceRepository> {
  private nextFreeAt = 0;

  claim(_candidate: unknown, spacingMs: number): Promise<boolean> {
    const free = performance.now() >= this.nextFreeAt;
    if (free) this.nextFreeAt = performance.now() + spacingMs;
    return Promise.resolve(free);
  }

  standInLine(): Promise<PlaceInLine> {
    return Promise.resolve({ first: true, freeInMs: this.nextFreeAt - performance.now() });
  }

  withdraw(): Promise<void> {
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
