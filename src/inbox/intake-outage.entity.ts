import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** Why webhooks were not taken in. `absent`: no process was there, or one vanished or stood still; the others are answers. */
export type OutageReason = 'absent' | Refusal;
export type Refusal = 'unavailable' | 'rate_limited' | 'signature_mismatch' | 'error';

/** A time in which webhooks were not taken in. */
@Entity('intake_outage')
@Check('intake_outage_reason', `reason IN ('absent', 'unavailable', 'rate_limited', 'signature_mismatch', 'error')`)
@Index('intake_outage_open', ['reason'], { unique: true, where: 'handled_at IS NULL' })
@Index('intake_outage_handled', ['handledAt'])
export class IntakeOutage {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('text')
  reason: OutageReason;

  @Column('timestamptz', { name: 'began_at' })
  beganAt: Date;

  @Column('timestamptz', { name: 'ended_at' })
  endedAt: Date;

  /** Webhooks refused in this time. */
  @Column('integer', { default: 0 })
  refused: number;

  /** When the back-fill that it needs was requested. */
  @Column('timestamptz', { name: 'handled_at', nullable: true })
  handledAt: Date | null;
}
