import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository } from 'typeorm';
import { Session } from './session.entity';

/** A session is over after its end, after too long without use, and with its key. $1: now, $2: the last use that still counts. */
const ALIVE = `s.expires_at > $1 AND s.last_used_at > $2 AND (s.api_key_id IS NULL
  OR (k.id IS NOT NULL AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $1)))`;
const WITH_KEY = 'console_session s LEFT JOIN api_key k ON k.id = s.api_key_id';

/** A moment, and how long ago a session must have been used to be alive then. */
export interface Moment {
  now: Date;
  usedAfter: Date;
}

@Injectable()
export class SessionsRepository {
  constructor(@InjectRepository(Session) private readonly sessions: Repository<Session>) {}

  /** The session that is alive and stored under one of the hashes, with the name, role and expiry that its key has now. */
  async findAlive(tokenHashes: string[], { now, usedAfter }: Moment): Promise<Session | null> {
    const [found] = await this.sessions.query<Session[]>(
      `SELECT s.token_hash AS "tokenHash", s.via, s.subject, s.api_key_id AS "apiKeyId", coalesce(k.name, s.name) AS name,
         coalesce(k.role, s.role) AS role, s.created_at AS "createdAt", s.last_used_at AS "lastUsedAt",
         least(s.expires_at, k.expires_at) AS "expiresAt"
       FROM ${WITH_KEY} WHERE s.token_hash = ANY($3) AND ${ALIVE}`,
      [now, usedAfter, tokenHashes],
    );
    return found ?? null;
  }

  /** The hashes of all sessions that are alive. */
  async allAlive({ now, usedAfter }: Moment): Promise<Set<string>> {
    const rows = await this.sessions.query<{ hash: string }[]>(
      `SELECT s.token_hash AS hash FROM ${WITH_KEY} WHERE ${ALIVE}`,
      [now, usedAfter],
    );
    return new Set(rows.map(({ hash }) => hash));
  }

  async insert(manager: EntityManager, session: Session): Promise<void> {
    await manager.insert(Session, session);
  }

  /** Removes what is over, and all but the newest `keep` sessions of somebody. */
  async tidy(manager: EntityManager, subject: string, keep: number, { now, usedAfter }: Moment): Promise<void> {
    await manager.query(
      `DELETE FROM console_session d WHERE NOT EXISTS (SELECT FROM ${WITH_KEY} WHERE s.token_hash = d.token_hash AND ${ALIVE})`,
      [now, usedAfter],
    );
    await manager.query(
      `DELETE FROM console_session WHERE token_hash IN (
         SELECT token_hash FROM console_session WHERE subject = $1 ORDER BY created_at DESC, token_hash OFFSET $2)`,
      [subject, keep],
    );
  }

  /** Remembers a use, unless an earlier one is more recent than `unlessAfter`. */
  async used(tokenHash: string, at: Date, unlessAfter: Date): Promise<void> {
    await this.sessions.query(
      'UPDATE console_session SET last_used_at = $2 WHERE token_hash = $1 AND last_used_at < $3',
      [tokenHash, at, unlessAfter],
    );
  }

  /** Removes one session, or all of its subject. Returns how many there were. */
  async remove(manager: EntityManager, where: { tokenHash: string } | { subject: string }): Promise<number> {
    const { affected } = await manager.delete(Session, where);
    return affected ?? 0;
  }
}
