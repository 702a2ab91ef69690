/** LISTEN/NOTIFY on a dedicated connection: processes tell each other immediately what polling would find later. */
import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Client } from 'pg';
import { DataSource } from 'typeorm';
import { CHANGES_CHANNEL } from '../core/change-message';
import { AppConfig } from '../config/app-config';
import { CONNECT_TIMEOUT_MS, requireDatabaseUrl } from './data-source-options';
import { pinnedClient } from './pinned-client';

export type Channel = 'webhook_changed' | 'inbox_appended' | 'access_changed' | typeof CHANGES_CHANNEL;
/** `payload` is undefined after a (re)connect: anything may have been missed. */
type Handler = (payload?: string) => void;

const RECONNECT_DELAY_MS = 1_000;
/**
 * A LISTEN connection never writes, and would not notice that its server is frozen or unreachable: TCP keep-alive takes many minutes, and
 * a frozen server's kernel still answers it.
 */
const ASK_INTERVAL_MS = 5_000;

/**
 * Calls the registered handlers when their channel is notified, and after every (re)connect, since notifications sent while the
 * connection was down are lost. Handlers must therefore be idempotent. Losing the connection is never an error: polling continues.
 */
@Injectable()
export class Notifications implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Database');
  private readonly handlers = new Map<Channel, Handler[]>();
  private client: Client | null = null;
  private reconnect: NodeJS.Timeout | null = null;
  private asking: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
  ) {}

  /** Registers a handler of a channel; call it during module initialisation. */
  on(channel: Channel, handler: Handler): void {
    this.handlers.set(channel, [...(this.handlers.get(channel) ?? []), handler]);
  }

  /** Notifies a channel in all processes. Throws the database's errors. */
  async notify(channel: Channel, payload = ''): Promise<void> {
    await this.dataSource.query('SELECT pg_notify($1, $2)', [channel, payload]);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.connect();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    if (this.reconnect) clearTimeout(this.reconnect);
    if (this.asking) clearTimeout(this.asking);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    if (this.stopped || this.handlers.size === 0) return;
    const client = new (pinnedClient(requireDatabaseUrl(this.config)))({
      application_name: 'typeform-onboarding-listen',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: CONNECT_TIMEOUT_MS,
    });
    this.client = client;
    client.on('error', () => this.retry(client));
    client.on('end', () => this.retry(client));
    client.on('notification', ({ channel, payload }) => {
      for (const handler of this.handlers.get(channel as Channel) ?? []) handler(payload ?? '');
    });
    try {
      await client.connect();
      for (const channel of this.handlers.keys()) await client.query(`LISTEN ${channel}`);
      for (const handler of [...this.handlers.values()].flat()) handler();
      this.askLater(client);
    } catch {
      this.retry(client);
    }
  }

  /** Checks regularly that the server is alive, for as long as the connection lasts. */
  private askLater(client: Client): void {
    if (this.stopped || this.client !== client) return;
    this.asking = setTimeout(() => {
      client.query('SELECT').then(
        () => this.askLater(client),
        () => this.retry(client),
      );
    }, ASK_INTERVAL_MS).unref();
  }

  private retry(failed: Client): void {
    if (this.stopped || this.client !== failed) return;
    this.client = null;
    this.logger.warn('Lost the notification connection; polling until it is restored');
    void failed.end().catch(() => undefined);
    this.reconnect = setTimeout(() => void this.connect(), RECONNECT_DELAY_MS);
  }
}
