/** The servers under comparison, each in its own process. */
import type { WorkerMode } from '../../src/config/app-config';
import { Child } from '../child';
import type { MemoryReading } from './memory-reading';

/** The settings of a server. */
export type ContenderRequest = { start: { databaseUrl: string; workerMode: WorkerMode } } | { readMemory: true };

/** One of the servers: its program, and the table its acknowledgements can be looked up in (null: it stores nothing). */
export interface Contender {
  name: string;
  module: 'bare-http' | 'service' | 'guarded-service' | 'one-insert' | 'express-receiver';
  workerMode: WorkerMode;
  table: 'webhook_event' | 'express_event' | null;
}

/** A listening server. */
export class RunningContender {
  private constructor(
    private readonly child: Child,
    readonly port: number,
  ) {}

  /** Starts a server on an empty, migrated database. `exposeGc` lets its memory be read after a collection. */
  static async start(
    { module, workerMode }: Pick<Contender, 'module' | 'workerMode'>,
    databaseUrl: string,
    { exposeGc = false } = {},
  ): Promise<RunningContender> {
    const child = Child.start(`contenders/${module}`, { execArgv: exposeGc ? ['--expose-gc'] : [] });
    try {
      const order: ContenderRequest = { start: { databaseUrl, workerMode } };
      return new RunningContender(child, await child.ask<number>(order));
    } catch (error) {
      await child.stop();
      throw error;
    }
  }

  get pid(): number {
    return this.child.pid;
  }

  readMemory(): Promise<MemoryReading> {
    return this.child.ask<MemoryReading>({ readMemory: true } satisfies ContenderRequest);
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}
