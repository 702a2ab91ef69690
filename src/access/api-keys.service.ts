import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, Author } from '../audit/audit-log';
import { AppConfig } from '../config/app-config';
import { DomainError } from '../core/problem';
import { Clock } from '../database/clock';
import { Notifications } from '../database/notifications';
import { Page, toPage } from '../rest/page';
import { ApiKey } from './api-key.entity';
import type { CreateApiKeyBody } from './api-keys.dto';
import { ApiKeysRepository } from './api-keys.repository';
import type { Principal } from './principal';
import { RecentCopy } from './recent-copy';

/** `tfo_<id of the row, 32 hex>_<256 random bits, base64url>` */
const KEY_PATTERN = /^tfo_([0-9a-f]{32})_[A-Za-z0-9_-]{43}$/;

const BOOTSTRAP_ID = 'bootstrap';
const LAST_USE_ACCURACY_MS = 60_000;

@Injectable()
export class ApiKeysService {
  private readonly bootstrapHash: Buffer;
  /** A copy of all keys, for calls from blocked addresses only. */
  private readonly issued: RecentCopy<Map<string, string>>;

  constructor(
    config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly repository: ApiKeysRepository,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly notifications: Notifications,
  ) {
    this.bootstrapHash = hash(config.access.adminApiKey);
    this.issued = new RecentCopy(clock, () => repository.issued());
  }

  /** The caller that a presented key belongs to; null when it is unknown, expired or revoked. Compares in constant time. */
  async authenticate(presented: string): Promise<Principal | null> {
    const presentedHash = hash(presented);
    if (timingSafeEqual(presentedHash, this.bootstrapHash))
      return { id: BOOTSTRAP_ID, name: 'ADMIN_API_KEY', role: 'admin', via: 'key', expiresAt: null, session: null };
    const id = KEY_PATTERN.exec(presented)?.[1];
    if (!id) return null;
    const key = await this.repository.findWithHash(toUuid(id));
    if (!key || !timingSafeEqual(presentedHash, Buffer.from(key.secretHash, 'hex'))) return null;
    const expired = key.expiresAt !== null && key.expiresAt <= this.clock.now();
    if (expired || key.revokedAt !== null) return null;
    this.remember(key);
    return { id: key.id, name: key.name, role: key.role, via: 'key', expiresAt: key.expiresAt, session: null };
  }

  /** Whether the key with this id is still valid. */
  async isValid(id: string): Promise<boolean> {
    return id === BOOTSTRAP_ID || this.repository.isValid(id, this.clock.now());
  }

  isBootstrap({ id }: Principal): boolean {
    return id === BOOTSTRAP_ID;
  }

  /** A hex hash that only a process with the same ADMIN_API_KEY comes to, and that tells nothing about that key. */
  keyedHash(text: string): string {
    return createHmac('sha256', this.bootstrapHash).update(text).digest('hex');
  }

  /** Writes the time of a use without making the call wait, and not for every call. */
  private remember({ id, lastUsedAt }: ApiKey): void {
    const now = this.clock.now();
    const unlessAfter = new Date(now.getTime() - LAST_USE_ACCURACY_MS);
    if (lastUsedAt !== null && lastUsedAt >= unlessAfter) return;
    // Nobody depends on it: the next call tries again.
    this.repository.used(id, now, unlessAfter).catch(() => undefined);
  }

  /**
   * Whether a key was issued and not revoked, as far as a copy in memory says that is read again at most once a second: however many
   * keys are guessed, they cost the database one query a second. Says nothing about expiry: {@link authenticate} decides.
   */
  async isIssued(presented: string): Promise<boolean> {
    const presentedHash = hash(presented);
    if (timingSafeEqual(presentedHash, this.bootstrapHash)) return true;
    const id = KEY_PATTERN.exec(presented)?.[1];
    if (!id) return false;
    return this.issued.some((hashes) => {
      const found = hashes.get(toUuid(id));
      return found !== undefined && timingSafeEqual(presentedHash, Buffer.from(found, 'hex'));
    });
  }

  /** Creates a key. Its text is returned here and never again. */
  async create(body: CreateApiKeyBody, by: Author): Promise<ApiKey & { key: string }> {
    const { name, role } = body;
    const now = this.clock.now();
    const expiresAt = body.expiresAt === undefined ? null : new Date(body.expiresAt);
    if (expiresAt !== null && expiresAt <= now) {
      throw new DomainError('validation_failed', 'the body is not valid', {
        errors: [{ path: 'expiresAt', message: 'must be in the future' }],
      });
    }
    const id = randomUUID();
    const key = `tfo_${id.replaceAll('-', '')}_${randomBytes(32).toString('base64url')}`;
    const secretHash = hash(key).toString('hex');
    return this.dataSource.transaction(async (manager) => {
      const row = { id, name, role, secretHash, createdAt: now, expiresAt, revokedAt: null, lastUsedAt: null };
      const stored = await this.repository.insert(manager, row);
      const details = { name, role, expiresAt };
      await this.audit.record(manager, { ...by, action: 'api_key.created', subject: id, details });
      return { ...stored, key };
    });
  }

  /** All keys, including revoked ones, newest first. */
  async list(limit: number, cursor: string | undefined): Promise<Page<ApiKey>> {
    const rows = await this.repository.list(limit, cursor);
    return toPage(
      rows,
      limit,
      (row) => [row.createdAt, row.id],
      (row) => row,
    );
  }

  /** Revokes a key immediately; repeating it changes nothing. Throws `not_found` for an unknown id. */
  async revoke(id: string, by: Author): Promise<void> {
    const revoked = await this.dataSource.transaction(async (manager) => {
      const done = await this.repository.revoke(manager, id, this.clock.now());
      if (done) await this.audit.record(manager, { ...by, action: 'api_key.revoked', subject: id, details: {} });
      return done;
    });
    if (revoked) this.notifications.notify('access_changed').catch(() => undefined);
    else if (!(await this.repository.exists(id))) throw new DomainError('not_found', 'there is no such API key');
  }
}

function hash(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function toUuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
