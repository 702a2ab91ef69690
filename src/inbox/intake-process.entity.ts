import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A process that takes webhooks in, and its last sign of life, by the database's clock. */
@Entity('intake_process')
export class IntakeProcess {
  @PrimaryColumn('uuid')
  id: string;

  @Column('timestamptz', { name: 'alive_at' })
  aliveAt: Date;

  /** It ended in good order. */
  @Column('boolean', { default: false })
  departed: boolean;
}
