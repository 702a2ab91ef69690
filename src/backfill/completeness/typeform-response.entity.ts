import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What became of a response at Typeform: how it came here, or why it is not here. */
export const FATES = ['received', 'recovered', 'failed', 'erased', 'missing'] as const;
export type Fate = (typeof FATES)[number];

/** A response that Typeform has, as the last check that came by saw it. */
@Entity('typeform_response')
@Check('typeform_response_fate', `fate IN ('received', 'recovered', 'failed', 'erased', 'missing')`)
@Index('typeform_response_window', ['formId', 'at', 'fate'])
@Index('typeform_response_open', ['formId'], { where: `fate IN ('missing', 'failed')` })
export class TypeformResponse {
  @PrimaryColumn('text', { name: 'form_id' })
  formId: string;

  @PrimaryColumn('text')
  token: string;

  @Column('boolean')
  completed: boolean;

  /** When it was submitted (a partial one: last changed), as far as Typeform says. */
  @Column('timestamptz', { nullable: true })
  at: Date | null;

  /** The check that saw it last: what a complete check did not see again is gone from Typeform. */
  @Column('uuid', { name: 'check_id' })
  checkId: string;

  /** As that check found it. What was missing or had failed may have changed since. */
  @Column('text')
  fate: Fate;
}
