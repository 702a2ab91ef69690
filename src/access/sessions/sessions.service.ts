import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, Author } from '../../audit/audit-log';
import { AppConfig } from '../../config/app-config';
import { Clock } from '../../database/clock';
import { Notifications } from '../../database/notifications';
import { AccessMetrics } from '../access-metrics';
import { ApiKeysService } from '../api-keys.service';
import { actorOf, type Principal } from '../principal';
import { RecentCopy } from '../recent-copy';
import { Session } from './session.entity';
import { Moment, SessionsRepository } from './sessions.repository';

const HOUR_MS = 3_600_000;
/** A session ends after so long without a request. */
const IDLE_MS = 2 * HOUR_MS;
const LAST_USE_ACCURACY_MS = 60_000;
/** Somebody who signs in again and again does not fill the table: the oldest session ends. */
const MAX_SESSIONS_EACH = 50;

/** A session that has begun: the token for the cookie, shown here only. */
export interface StartedSession {
  token: string;
  maxAgeSeconds: number;
  principal: Principal;
}

/** Sessions of the console, kept in the database: every replica knows them, and each ends everywhere at once. */
@Injectable()
export class SessionsService {
  private readonly alive: RecentCopy<Set<string>>;

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly repository: SessionsRepository,
    private readonly apiKeys: ApiKeysService,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly notifications: Notifications,
    private readonly metrics: AccessMetrics,
  ) {
    this.alive = new RecentCopy(clock, () => repository.allAlive(this.moment()));
  }

  /** Begins a session for somebody who has proved who they are. */
  async start(caller: Principal, requestId: string): Promise<StartedSession> {
    const token = randomBytes(32).toString('base64url');
    const { id, name, role, via } = caller;
    const moment = this.moment();
    const endsMs = moment.now.getTime() + this.config.access.sessionHours * HOUR_MS;
    const expiresAt = new Date(Math.min(endsMs, caller.expiresAt?.getTime() ?? Infinity));
    const ofBootstrap = this.apiKeys.isBootstrap(caller);
    const session: Session = {
      tokenHash: ofBootstrap ? this.apiKeys.keyedHash(token) : plainHash(token),
      via,
      subject: id,
      apiKeyId: via === 'key' && !ofBootstrap ? id : null,
      name,
      role,
      createdAt: moment.now,
      lastUsedAt: moment.now,
      expiresAt,
    };
    await this.dataSource.transaction(async (manager) => {
      await this.repository.tidy(manager, id, MAX_SESSIONS_EACH - 1, moment);
      await this.repository.insert(manager, session);
      await this.audit.record(manager, {
        actor: actorOf(caller),
        requestId,
        action: 'session.started',
        subject: id,
        details: { via, role },
      });
    });
    this.metrics.signedIn(via);
    const maxAgeSeconds = Math.floor((expiresAt.getTime() - moment.now.getTime()) / 1000);
    return { token, maxAgeSeconds, principal: toPrincipal(session) };
  }

  /** Whose session a token belongs to; null when it is unknown or the session is over. A use keeps the session alive. */
  async authenticate(token: string): Promise<Principal | null> {
    const session = await this.repository.findAlive(this.hashesOf(token), this.moment());
    if (!session) return null;
    this.remember(session);
    return toPrincipal(session);
  }

  /** Whether the session of a caller is still alive; asking is no use of it. */
  async isAlive(tokenHash: string): Promise<boolean> {
    return (await this.repository.findAlive([tokenHash], this.moment())) !== null;
  }

  /** Whether a token belongs to a session, as far as a copy in memory says that is read again at most once a second. */
  isIssued(token: string): Promise<boolean> {
    const hashes = this.hashesOf(token);
    return this.alive.some((alive) => hashes.some((hash) => alive.has(hash)));
  }

  /** Ends the caller's session, if they use one, or all their sessions; repeating it changes nothing. */
  async end({ id, session }: Principal, everywhere: boolean, by: Author): Promise<void> {
    if (!everywhere && session === null) return;
    await this.dataSource.transaction(async (manager) => {
      const which = everywhere || session === null ? { subject: id } : { tokenHash: session };
      const ended = await this.repository.remove(manager, which);
      if (ended === 0) return;
      await this.audit.record(manager, {
        ...by,
        action: 'session.ended',
        subject: id,
        details: { everywhere, sessions: ended },
      });
    });
    this.notifications.notify('access_changed').catch(() => undefined);
  }

  private hashesOf(token: string): string[] {
    return [plainHash(token), this.apiKeys.keyedHash(token)];
  }

  /** Writes the time of a use without making the call wait, and not for every call. */
  private remember({ tokenHash, lastUsedAt }: Session): void {
    const now = this.clock.now();
    const unlessAfter = new Date(now.getTime() - LAST_USE_ACCURACY_MS);
    if (lastUsedAt >= unlessAfter) return;
    // Nobody depends on it: the next call tries again.
    this.repository.used(tokenHash, now, unlessAfter).catch(() => undefined);
  }

  private moment(): Moment {
    const now = this.clock.now();
    return { now, usedAfter: new Date(now.getTime() - IDLE_MS) };
  }
}

/** The token has 256 random bits, so a slow password hash would add nothing. */
function plainHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function toPrincipal({ tokenHash, via, subject, name, role, expiresAt }: Session): Principal {
  return { id: subject, name, role, via, expiresAt, session: tokenHash };
}
