import { Injectable, OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { Notifications } from '../database/notifications';

/** At most one notification per this many milliseconds: NOTIFY takes a lock that all committing transactions share. */
const NOTIFY_INTERVAL_MS = 25;

/** Tells the processor that events are due: directly in this process, by NOTIFY when processing runs elsewhere. */
@Injectable()
export class InboxSignal implements OnModuleInit {
  private listener: (() => void) | null = null;
  private notifyTimer: NodeJS.Timeout | null = null;

  constructor(
    private readonly config: AppConfig,
    private readonly notifications: Notifications,
  ) {}

  onModuleInit(): void {
    if (this.config.workerMode !== 'intake') this.notifications.on('inbox_appended', () => this.listener?.());
  }

  /** Sets the processor to nudge in this process. */
  listen(listener: () => void): void {
    this.listener = listener;
  }

  /** Call after events became due and were committed. Never throws: the processor polls as well. */
  appended(): void {
    this.listener?.();
    if (this.config.workerMode !== 'intake' || this.notifyTimer) return;
    this.notifyTimer = setTimeout(() => {
      this.notifyTimer = null;
      this.notifications.notify('inbox_appended').catch(() => undefined);
    }, NOTIFY_INTERVAL_MS);
  }
}
