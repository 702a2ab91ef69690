import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How many of the responses of a day (UTC) are settled, and how. Triggers of the list of responses keep it true. */
@Entity('typeform_response_day')
export class TypeformResponseDay {
  @PrimaryColumn('text', { name: 'form_id' })
  formId: string;

  /** '-infinity': Typeform names no time. */
  @PrimaryColumn('date')
  day: string;

  @Column('integer', { default: 0 })
  received: number;

  @Column('integer', { default: 0 })
  recovered: number;

  @Column('integer', { default: 0 })
  erased: number;
}
