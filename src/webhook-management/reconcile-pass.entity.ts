import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: which process is comparing all webhooks with Typeform, until when it holds the lease, and when a pass last finished. */
@Entity('reconcile_pass')
@Check('reconcile_pass_single', 'id = 1')
export class ReconcilePass {
  @PrimaryColumn('smallint', { default: 1 })
  id: number;

  @Column('uuid', { nullable: true })
  owner: string | null;

  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil: Date | null;

  /** When all webhooks had last been compared, by whatever process. */
  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt: Date | null;
}
