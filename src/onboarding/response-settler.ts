/**
 * During a rollout and after a rollback, the previous release writes responses without their keys and assigns them to clients by
 * its own rules; the migration skips uncertain cases. This gives them their keys and the right client, and gives responses and clients
 * their search text.
 */
import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { shareUntilCommit } from '../database/advisory-lock';
import { Clock } from '../database/clock';
import { ClientAssigner } from './client-assigner';
import { ResponsesRepository } from './responses.repository';
import { SearchTextsRepository } from './search-texts.repository';
import type { ResponseId } from './stored-response';

const INTERVAL_MS = 60_000;
const CHUNK = 32;
const SEARCH_CHUNK = 200;

@Injectable()
export class ResponseSettler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ResponseSettler.name);
  private stopping = false;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;

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

  /** Settles all of them, one chunk per transaction. Skips one that fails; throws when none of a chunk can be settled. */
  async settle(): Promise<void> {
    while (!this.stopping) {
      const ids = await this.responses.unsettled(this.dataSource.manager, CHUNK);
      if (ids.length === 0) return;
      try {
        await this.settleTogether(ids);
      } catch {
        await this.settleSingly(ids);
      }
    }
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

  private async settleTogether(ids: readonly ResponseId[]): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await shareUntilCommit(manager, 'processing');
      await this.assigner.reassign(manager, ids, this.clock.now());
    });
  }

  private async settleSingly(ids: readonly ResponseId[]): Promise<void> {
    const failures: unknown[] = [];
    for (const id of ids) await this.settleTogether([id]).catch((error: unknown) => failures.push(error));
    if (failures.length === ids.length) throw failures[0];
  }

  private schedule(delayMs: number): void {
    this.timer = setTimeout(() => {
      this.running = this.settle()
        .then(() => this.fillSearchTexts())
        // The error's message may quote an answer.
        .catch((error: unknown) => {
          const kind = error instanceof Error ? error.name : 'unknown error';
          this.logger.warn(`Responses written by the previous release could not be settled (${kind}); will retry`);
        })
        .finally(() => {
          if (!this.stopping) this.schedule(INTERVAL_MS);
        });
    }, delayMs);
  }
}
