import { randomUUID } from 'node:crypto';
import { Injectable, OnModuleInit } from '@nestjs/common';
import { AccessService } from '../access/access.service';
import { type Principal } from '../access/principal';
import { CHANGES_CHANNEL, decodeChanges } from '../core/change-message';
import { DomainError } from '../core/problem';
import { Notifications } from '../database/notifications';
import { Draining } from '../rest/draining';
import { ChangeStream } from './change-stream';
import { LiveMetrics } from './live-metrics';

/** Proxies close a connection that is silent for a minute or less. */
const HEARTBEAT_MS = 15_000;
const MAX_STREAMS = 200;
/** Of one session or key: a browser opens a few tabs. */
const MAX_EACH = 10;
const RETRY_AFTER_SECONDS = 30;
/** Whoever gets it reads everything they show again. */
const MISSED = { kind: 'missed', ids: [] };

/** The browsers that watch: what any process changes is told to all of them. */
@Injectable()
export class ChangeStreams implements OnModuleInit {
  private readonly streams = new Set<ChangeStream>();
  /** Numbers the events of this process; another process, or this one started anew, has another name. */
  private readonly name = randomUUID().slice(0, 8);
  private sent = 0;
  private heart: NodeJS.Timeout | null = null;

  constructor(
    private readonly notifications: Notifications,
    private readonly access: AccessService,
    private readonly draining: Draining,
    private readonly metrics: LiveMetrics,
  ) {}

  onModuleInit(): void {
    this.notifications.on(CHANGES_CHANNEL, (message) => {
      if (message === undefined) this.tell(MISSED);
      else for (const change of decodeChanges(message)) this.tell(change);
    });
    this.notifications.on('webhook_changed', (message) => {
      if (message !== undefined) this.tell({ kind: 'webhooks', ids: [] });
    });
    this.notifications.on('access_changed', () => void this.endWithoutAccess());
    this.draining.onBegin(() => this.endAll());
  }

  /**
   * Begins a stream. `lastEventId` is what the browser saw last before its connection was lost, if it has one: unless nothing
   * happened since, it is told that it missed something. Throws `rate_limited` when too many are open, `shutting_down`.
   */
  open(caller: Principal, lastEventId: string | undefined): ChangeStream {
    const retryAfterSeconds = RETRY_AFTER_SECONDS;
    if (this.draining.started)
      throw new DomainError('shutting_down', 'this process is shutting down', { retryAfterSeconds });
    const own = [...this.streams].filter((stream) => holderOf(stream.caller) === holderOf(caller));
    if (own.length >= MAX_EACH || this.streams.size >= MAX_STREAMS)
      throw new DomainError('rate_limited', 'too many streams are open: close some', { retryAfterSeconds });
    const stream = new ChangeStream(caller);
    this.streams.add(stream);
    stream.once('close', () => this.closed(stream));
    this.heart ??= setInterval(() => this.beat(), HEARTBEAT_MS);
    this.metrics.open(this.streams.size);
    stream.event(this.position, lastEventId === undefined || lastEventId === this.position ? undefined : MISSED);
    return stream;
  }

  /** Finds connections that are dead and sessions that are over. */
  beat(): void {
    for (const stream of this.streams) stream.heartbeat();
    void this.endWithoutAccess();
  }

  private get position(): string {
    return `${this.name}-${this.sent}`;
  }

  private tell(change: object): void {
    this.sent += 1;
    for (const stream of this.streams) stream.event(this.position, change);
  }

  private async endWithoutAccess(): Promise<void> {
    await Promise.all(
      [...this.streams].map(async (stream) => {
        // A database that is away says nothing about a session.
        if (!(await this.access.isStillValid(stream.caller).catch(() => true))) stream.end();
      }),
    );
  }

  private endAll(): void {
    for (const stream of this.streams) stream.end();
  }

  private closed(stream: ChangeStream): void {
    this.streams.delete(stream);
    this.metrics.open(this.streams.size);
    if (this.streams.size > 0 || !this.heart) return;
    clearInterval(this.heart);
    this.heart = null;
  }
}

function holderOf({ session, id }: Principal): string {
  return session ?? id;
}
