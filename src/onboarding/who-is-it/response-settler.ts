/**
 * During a rollout and after a rollback, the previous release writes responses without their keys and assigns them to clients by
 * its own rules; the migration skips uncertain cases. This gives them their keys and the right client, and gives responses and clients
 * their search text.
 */
import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { shareUntilCommit } from '../../database/advisory-lock';
import { Clock } from '../../database/clock';
import { isDatabaseOutage } from '../../database/database-errors';
import { ClientAssigner } from './client-assigner';
import { ResponsesRepository } from '../responses.repository';
import { SearchTextsRepository } from './search-texts.repository';
import type { ResponseId } from '../stored-response';

const INTERVAL_MS = 60_000;
const CHUNK = 32;
const SEARCH_CHUNK = 200;

@Injectable()
export class ResponseSettler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Processing');
  private stopping = false;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  /** How many could not be settled in the last pass. */
  private unsettled = 0;
  private readonly troubled = new Set<string>();

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly responses: ResponsesRepository,
    private readonly assigner: ClientAssigner,
    private readonly searchTexts: SearchTextsRepository,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.workerMode !== 'intake' && this.config.processing.enabled) this.schedule(0);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  /**
   * One pass over all of them, one chunk per transaction. A response that cannot be settled is skipped until the next pass and does not
   * hold up the others. Throws when the database is unreachable.
   */
  async settle(): Promise<void> {
    const failures: unknown[] = [];
    let after: ResponseId | null = null;
    while (!this.stopping) {
      const ids = await this.responses.unsettled(this.dataSource.manager, after, CHUNK);
      after = ids.at(-1) ?? null;
      if (after === null) break;
      failures.push(...(await this.settleChunk(ids)));
    }
    this.reportUnsettled(failures);
  }

  /** Makes everything searchable, one chunk per transaction. */
  async fillSearchTexts(): Promise<void> {
    for (let filled = 1; filled > 0 && !this.stopping;) {
      filled = await this.dataSource.transaction(async (manager) => {
        await shareUntilCommit(manager, 'processing');
        const responses = await this.searchTexts.fillResponses(manager, SEARCH_CHUNK);
        return responses + (await this.searchTexts.fillClients(manager, SEARCH_CHUNK));
      });
    }
  }

  /** Together, or one by one when an error is among them. Returns the errors of those that cannot be settled. */
  private async settleChunk(ids: readonly ResponseId[]): Promise<unknown[]> {
    try {
      await this.settleTogether(ids);
      return [];
    } catch (error) {
      if (isDatabaseOutage(error)) throw error;
    }
    const failures: unknown[] = [];
    for (const id of ids) {
      if (this.stopping) break;
      await this.settleTogether([id]).catch((error: unknown) => {
        if (isDatabaseOutage(error)) throw error;
        failures.push(error);
      });
    }
    return failures;
  }

  private async settleTogether(ids: readonly ResponseId[]): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await shareUntilCommit(manager, 'processing');
      await this.assigner.reassign(manager, ids, this.clock.now());
    });
  }

  /** Logs once while their number stays the same; every pass retries them. */
  private reportUnsettled(failures: readonly unknown[]): void {
    if (this.stopping || failures.length === this.unsettled) return;
    this.unsettled = failures.length;
    if (failures.length === 0) return;
    this.logger.warn('Responses written by the previous release could not be settled; will retry', {
      responses: failures.length,
      error: nameOf(failures[0]),
    });
  }

  private schedule(delayMs: number): void {
    this.timer = setTimeout(() => {
      this.running = Promise.all([
        this.attempt('settled', () => this.settle()),
        this.attempt('made searchable', () => this.fillSearchTexts()),
      ]).then(() => {
        if (!this.stopping) this.schedule(INTERVAL_MS);
      });
    }, delayMs);
  }

  /** Neither task waits for the other. Never throws; logs a failing task once, until it succeeds again. */
  private async attempt(task: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.troubled.delete(task);
    } catch (error) {
      if (this.troubled.has(task)) return;
      this.troubled.add(task);
      const message = `Responses written by the previous release could not be ${task}; will retry`;
      this.logger.warn(message, { error: nameOf(error) });
    }
  }
}

/** The error's message may quote an answer. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error';
}
