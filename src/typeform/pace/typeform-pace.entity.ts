import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** The single row through which all replicas take turns. Nothing is ever held, so a crashed process leaves nothing to release. */
@Entity('typeform_pace')
@Check('typeform_pace_single', 'id = 1')
export class TypeformPaceState {
  @PrimaryColumn('smallint')
  id: number;

  /** No call is sent before this time of the database's clock. */
  @Column('timestamptz', { name: 'next_free_at' })
  nextFreeAt: Date;

  /** The number of consecutive 429 answers: the pause grows with it. */
  @Column('integer', { default: 0 })
  refusals: number;

  /** The first in line among all replicas' waiters; null when none has announced itself since the last turn. */
  @Column('uuid', { name: 'first_waiter', nullable: true })
  firstWaiter: string | null;

  @Column('boolean', { name: 'first_interactive', nullable: true })
  firstInteractive: boolean | null;

  @Column('timestamptz', { name: 'first_since', nullable: true })
  firstSince: Date | null;

  /** When the first one counts as gone (its process crashed or stalled). */
  @Column('timestamptz', { name: 'first_until', nullable: true })
  firstUntil: Date | null;
}
