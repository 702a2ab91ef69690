import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: which process is comparing all webhooks with Typeform, and until when it holds the lease. */
@Entity('reconcile_pass')
@Check('reconcile_pass_single', 'id = 1')
export class ReconcilePass {
  @PrimaryColumn('smallint', { default: 1 })
  id: number;

  @Column('uuid', { nullable: true })
  owner: string | null;

  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil: Date | null;
}
