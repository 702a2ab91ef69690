import { Injectable, Logger, OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { counted } from '../core/counted';
import { pendingMigrations } from './migrations';

/** Warns at the start that the schema is older than this version: until it is migrated, the service is up but not ready. */
@Injectable()
export class PendingMigrationsWarning implements OnModuleInit {
  private readonly logger = new Logger('Database');

  constructor(private readonly dataSource: DataSource) {}

  async onModuleInit(): Promise<void> {
    // Readiness reports an unreachable database.
    const pending = await pendingMigrations(this.dataSource).catch(() => []);
    if (pending.length > 0) this.logger.warn(pendingMigrationsText(pending.length));
  }
}

/** `2 migrations pending: ...`, with the command that runs them. */
export function pendingMigrationsText(count: number): string {
  return `${counted(count, 'migration')} pending: run migrate (npm run cli -- migrate); not ready until then`;
}
