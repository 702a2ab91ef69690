import type { Clock } from '../database/clock';

/** How old the copy may be when something is not in it. */
const MAX_AGE_MS = 1_000;

/** A copy in memory that is read again at most once a second, however often it is asked for. */
export class RecentCopy<T> {
  private copy: { readonly loadedAtMs: number; readonly value: Promise<T> } | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly load: () => Promise<T>,
  ) {}

  /** True when the copy, or else one that is at most a second old, passes. Throws what loading throws. */
  async some(passes: (value: T) => boolean): Promise<boolean> {
    if (this.copy && passes(await this.copy.value)) return true;
    return passes(await this.now());
  }

  private now(): Promise<T> {
    const now = this.clock.monotonicMs();
    if (this.copy && now - this.copy.loadedAtMs < MAX_AGE_MS) return this.copy.value;
    const value = this.load().catch((error: unknown) => {
      this.copy = null;
      throw error;
    });
    this.copy = { loadedAtMs: now, value };
    return value;
  }
}
