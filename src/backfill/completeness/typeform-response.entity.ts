import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A response that Typeform has, as the last check that came by saw it. */
@Entity('typeform_response')
@Index('typeform_response_at', ['formId', 'at'])
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
}
