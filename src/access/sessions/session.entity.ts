import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { SignInMethod } from '../principal';
import type { Role } from '../role';

/** Somebody signed in to the console. Only a hash of the token in their cookie is stored. */
@Entity('console_session')
@Check('console_session_via', `via IN ('key', 'oidc')`)
@Check('console_session_role', `role IN ('viewer', 'operator', 'admin')`)
@Index('console_session_subject', ['subject', 'createdAt'])
export class Session {
  /** Hex SHA-256 of the token; of a session of ADMIN_API_KEY keyed with that key, so that another key finds none of them. */
  @PrimaryColumn('text', { name: 'token_hash' })
  tokenHash: string;

  @Column('text')
  via: SignInMethod;

  /** The id of whoever signed in, as in the audit log. */
  @Column('text')
  subject: string;

  /** The API key whose name, role, expiry and revocation are the session's; null for ADMIN_API_KEY and single sign-on. */
  @Column('uuid', { name: 'api_key_id', nullable: true })
  apiKeyId: string | null;

  @Column('text')
  name: string;

  @Column('text')
  role: Role;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  /** Written at most once a minute. */
  @Column('timestamptz', { name: 'last_used_at' })
  lastUsedAt: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;
}
