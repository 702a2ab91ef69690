import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ChecklistState } from './checklist-state';

/** The checklist of one deployment; the one that was started last is what the console shows. */
@Entity('deployment_checklist')
export class DeploymentChecklist {
  @PrimaryColumn('text')
  deployment: string;

  @PrimaryColumn('timestamptz', { name: 'started_at' })
  startedAt: Date;

  @Column('jsonb')
  state: ChecklistState;
}
