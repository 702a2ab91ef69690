/** The signing secrets of all webhooks, in memory: verifying a webhook needs no query. */
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { largeCache } from '../core/large-cache';
import { DomainError } from '../core/problem';
import { open } from '../core/secret-box';
import { Clock } from '../database/clock';
import { describeDatabaseFailure } from '../database/database-failure';
import { Notifications } from '../database/notifications';
import { ACCEPT_AFTER_REMOVAL_MS, acceptedSecrets, SecretsOf } from './accepted-secrets';
import { WebhookSecretsRepository } from './webhook-secrets.repository';

/** Refreshed by notification; this bounds how old the copy gets when notifications are lost. */
const MAX_AGE_MS = 30_000;
/** An unknown webhook or signature may have just been registered or rotated by another process, so it causes a reload; at most this often. */
const MIN_RELOAD_INTERVAL_MS = 1_000;
/** How long a request waits for the current secrets from the database. */
const RELOAD_TIMEOUT_MS = 5_000;
const RETRY_AFTER_SECONDS = 5;
/** Without comparisons of its own accord: how often wrong signatures may have a webhook written to Typeform. */
const SUSPECTED_EVERY_SECONDS = 300;
/** How often the database is asked at the most whether the wrong signatures of a webhook put it in doubt: it decides by an interval of its own. */
const ASKED_AGAIN_MS = 5_000;

@Injectable()
export class WebhookSecretsCache implements OnModuleInit {
  private readonly logger = new Logger('Webhooks');
  private secrets: ReadonlyMap<string, SecretsOf<string>> = new Map();
  /** When the copy was last asked for, in milliseconds of the monotonic clock. */
  private loadedAtMs = -Infinity;
  /** Webhook -> when, by the monotonic clock, the database may be asked again whether it is in doubt. */
  private readonly suspectAgainAtMs = largeCache<number>(10_000);
  /** When a signature that matches no secret last caused a reload; likewise. */
  private mismatchAtMs = -Infinity;
  private loading: Promise<void> | null = null;
  /** The load queued behind the current one. */
  private following: Promise<void> | null = null;
  /** Whether the last load succeeded: only then does a missing id mean an unknown webhook. */
  private complete = false;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly repository: WebhookSecretsRepository,
    private readonly notifications: Notifications,
  ) {}

  onModuleInit(): void {
    this.notifications.on('webhook_changed', () => void this.reload());
  }

  /**
   * The secrets that are valid now for a webhook's endpoint; empty when there is no such webhook (any more). Throws
   * `database_unavailable` when the webhook is not in memory and the database, which may know it, cannot be asked.
   */
  async of(webhookId: string): Promise<readonly string[]> {
    const age = this.clock.monotonicMs() - this.loadedAtMs;
    const known = this.secrets.has(webhookId);
    const underWay = this.following ?? this.loading;
    if (!known && (underWay || age >= MIN_RELOAD_INTERVAL_MS)) await this.waitFor(underWay ?? this.reload());
    else if (age >= MAX_AGE_MS) void this.reload();
    const found = this.secrets.get(webhookId);
    if (!found && !this.complete) throw unreadable();
    return this.validNow(found);
  }

  /**
   * Like {@link of}, after a reload: for a signature that matches no secret in memory, which may belong to a rotation
   * that this process has not seen yet. Reloads at most once a second, so that forged signatures cause no load.
   */
  async askedAnew(webhookId: string): Promise<readonly string[]> {
    const now = this.clock.monotonicMs();
    if (now - this.mismatchAtMs >= MIN_RELOAD_INTERVAL_MS) {
      this.mismatchAtMs = now;
      void this.reload();
    }
    const underWay = this.following ?? this.loading;
    if (underWay) await this.waitFor(underWay);
    if (!this.complete) throw unreadable();
    return this.validNow(this.secrets.get(webhookId));
  }

  /** Typeform seems to sign with another secret: the next comparison sends it the whole webhook again, once in an interval. */
  async suspect(webhookId: string): Promise<void> {
    const now = this.clock.monotonicMs();
    if (now < (this.suspectAgainAtMs.get(webhookId) ?? -Infinity)) return;
    const everyMs = (this.config.reconcileIntervalSeconds || SUSPECTED_EVERY_SECONDS) * 1000;
    // Even a statement that changes nothing locks the row.
    this.suspectAgainAtMs.set(webhookId, now + Math.min(everyMs, ASKED_AGAIN_MS));
    // Without the database it is suspected again soon.
    await this.repository.suspect(webhookId, everyMs).catch(() => undefined);
  }

  /** True when the copy in memory has such a webhook. */
  knows(webhookId: string): boolean {
    return this.secrets.has(webhookId);
  }

  /**
   * Loads all stored secrets; the copy in memory stays in use when that fails. A load in progress may have
   * read before the change that matters: one more follows it, shared by all who ask meanwhile.
   */
  reload(): Promise<void> {
    if (this.loading) {
      this.following ??= this.loading.then(() => {
        this.following = null;
        return this.reload();
      });
      return this.following;
    }
    this.loading = this.load().finally(() => {
      this.loading = null;
    });
    return this.loading;
  }

  /** A database that does not answer in time counts as unreachable. */
  private async waitFor(load: Promise<void>): Promise<void> {
    const late = delay(RELOAD_TIMEOUT_MS, true, { ref: false });
    if (await Promise.race([load.then(() => false), late])) this.complete = false;
  }

  private async load(): Promise<void> {
    this.loadedAtMs = this.clock.monotonicMs();
    try {
      const rows = await this.repository.all(new Date(this.clock.now().getTime() - ACCEPT_AFTER_REMOVAL_MS));
      const loaded = new Map<string, SecretsOf<string>>();
      for (const row of rows) {
        const current = this.unseal(row.id, row.secret);
        if (current === null) continue;
        const previous = row.previousSecret === null ? null : this.unseal(row.id, row.previousSecret);
        loaded.set(row.id, {
          current,
          previous,
          previousExpiresAt: row.previousSecretExpiresAt,
          removedAt: row.removedAt,
          pending: row.pending,
        });
      }
      this.secrets = loaded;
      this.complete = true;
    } catch (error) {
      this.complete = false;
      this.logger.warn(
        'The webhook secrets could not be reloaded; the copy in memory stays in use',
        describeDatabaseFailure(error),
      );
    }
  }

  private unseal(id: string, sealed: string): string | null {
    try {
      return open(this.config.encryptionKeys, sealed, id);
    } catch {
      this.logger.error(`The secret of webhook ${id} cannot be decrypted: put its key back into ENCRYPTION_KEYS`);
      return null;
    }
  }

  private validNow(secrets: SecretsOf<string> | undefined): readonly string[] {
    return secrets ? acceptedSecrets(secrets, this.clock.now()) : [];
  }
}

function unreadable(): DomainError {
  return new DomainError('database_unavailable', 'the signing secrets could not be read; send the event again', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
