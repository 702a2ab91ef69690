import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { Role } from './role';

/** A key to the admin API. Only a hash of its secret is stored. */
@Entity('api_key')
@Check('api_key_role', `role IN ('viewer', 'operator', 'admin')`)
@Index('api_key_created', ['createdAt', 'id'])
export class ApiKey {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('text')
  name: string;

  @Column('text')
  role: Role;

  /** Hex SHA-256 of the whole key: its secret has 256 random bits, so a slow password hash would add nothing. */
  @Column('text', { name: 'secret_hash', select: false })
  secretHash: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  /** Written at most once a minute. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;
}
