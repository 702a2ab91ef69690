import { Injectable, OnModuleDestroy } from '@nestjs/common';

/** Says whether this process is shutting down; true from the first moment of the shutdown on. */
@Injectable()
export class Draining implements OnModuleDestroy {
  private draining = false;
  private readonly listeners: (() => void)[] = [];

  get started(): boolean {
    return this.draining;
  }

  /** From now on this process is not ready and accepts no webhooks, but it still answers. */
  begin(): void {
    if (this.draining) return;
    this.draining = true;
    for (const listener of this.listeners) listener();
  }

  /** Calls back at the first moment of the shutdown. */
  onBegin(listener: () => void): void {
    this.listeners.push(listener);
  }

  onModuleDestroy(): void {
    this.begin();
  }
}
