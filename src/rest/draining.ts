import { Injectable, OnModuleDestroy } from '@nestjs/common';

/** Says whether this process is shutting down; true from the first moment of the shutdown on. */
@Injectable()
export class Draining implements OnModuleDestroy {
  private draining = false;

  get started(): boolean {
    return this.draining;
  }

  /** From now on this process is not ready and accepts no webhooks, but it still answers. */
  begin(): void {
    this.draining = true;
  }

  onModuleDestroy(): void {
    this.begin();
  }
}
