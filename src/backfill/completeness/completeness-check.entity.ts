import { Check, Column, Entity, Index } from 'typeorm';
import { WalkRun } from '../walk/walk-run.entity';

/** A walk that lists what Typeform has, to compare it with what is here. */
@Entity('completeness_check')
@Check('completeness_check_status', `status IN ('queued', 'running', 'done', 'failed')`)
@Check('completeness_check_response_type', `response_type IN ('completed', 'partial')`)
@Index('completeness_check_active', ['formId'], { unique: true, where: `status IN ('queued', 'running')` })
@Index('completeness_check_form', ['formId', 'createdAt'])
export class CompletenessCheck extends WalkRun {
  /** Of what it listed, missing here: at its end, and again after each back-fill. */
  @Column('integer', { nullable: true })
  missing: number | null;
}
