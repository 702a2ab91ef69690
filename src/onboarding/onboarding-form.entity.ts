import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { FormOutline } from '../core/form-definition';
import type { FormQuestion } from '../core/identification/plan';
import type { MappingProblem } from '../core/identification/mapping-problems';
import type { IdentifierMapping } from '../core/identifiers';

export const FORM_STATUSES = ['active', 'paused'] as const;
export type FormStatus = (typeof FORM_STATUSES)[number];

/** A question as last seen in a definition; the columns of a CSV export. */
export type FormField = FormQuestion;

/** A form that has a webhook here, or that has sent at least one event. Rows are created on demand. */
@Entity('onboarding_form')
@Check('onboarding_form_status', `status IN ('active', 'paused')`)
export class OnboardingForm {
  @PrimaryColumn('text', { name: 'form_id' })
  formId: string;

  @Column('text', { nullable: true })
  title: string | null;

  @Column('text', { default: 'active' })
  status: FormStatus;

  /** Identifier -> field ref, field id or `hidden:<name>`; takes precedence over automatic detection. null: the form does not ask for it. */
  @Column('jsonb', { name: 'identifier_mapping', default: {} })
  identifierMapping: IdentifierMapping;

  /** ISO code of the country in which the form's national phone numbers are read. */
  @Column('text', { name: 'phone_country', nullable: true })
  phoneCountry: string | null;

  /** Mapped identifiers whose source the form lacked when it was last compared with Typeform. */
  @Column('jsonb', { name: 'mapping_problems', default: [] })
  mappingProblems: MappingProblem[];

  /** The form's questions when its definition was last read from Typeform; null: never read. */
  @Column('jsonb', { nullable: true })
  definition: FormOutline | null;

  @Column('timestamptz', { name: 'definition_checked_at', nullable: true })
  definitionCheckedAt: Date | null;

  /** Every question seen in submissions so far, in order of first appearance. */
  @Column('jsonb', { default: [] })
  fields: FormField[];

  /** Names of the hidden fields seen in submissions so far. */
  @Column('jsonb', { name: 'hidden_seen', default: [] })
  hiddenSeen: string[];

  /** Days its submissions are kept, 0 for ever; null: as the installation says. */
  @Column('integer', { name: 'retention_days', nullable: true })
  retentionDays: number | null;

  /** Submissions before it were removed because they had expired; back-fill does not fetch them again. */
  @Column('timestamptz', { name: 'expired_before', nullable: true })
  expiredBefore: Date | null;

  @Column('integer', { name: 'response_count', default: 0 })
  responseCount: number;

  @Column('timestamptz', { name: 'last_response_at', nullable: true })
  lastResponseAt: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
