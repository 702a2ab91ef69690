import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { IdentifierMapping } from '../core/identifiers';
import type { MappingProblem } from '../core/mapping-drift';

export const FORM_STATUSES = ['active', 'paused'] as const;
export type FormStatus = (typeof FORM_STATUSES)[number];

/** A question as last seen in a definition; the columns of a CSV export. */
export interface FormField {
  id: string;
  ref: string | null;
  title: string | null;
  type: string | null;
}

/** A form that has sent at least one event. Rows appear by themselves. */
@Entity('onboarding_form')
@Check('onboarding_form_status', `status IN ('active', 'paused')`)
export class OnboardingForm {
  @PrimaryColumn('text', { name: 'form_id' })
  formId: string;

  @Column('text', { nullable: true })
  title: string | null;

  @Column('text', { default: 'active' })
  status: FormStatus;

  /** Identifier -> field ref, field id or `hidden:<name>`; wins over everything found by itself. */
  @Column('jsonb', { name: 'identifier_mapping', default: {} })
  identifierMapping: IdentifierMapping;

  /** Mapped identifiers whose source was not in the form when it was last compared with Typeform. */
  @Column('jsonb', { name: 'mapping_problems', default: [] })
  mappingProblems: MappingProblem[];

  @Column('timestamptz', { name: 'definition_checked_at', nullable: true })
  definitionCheckedAt: Date | null;

  /** Every question seen so far, in order of first appearance. */
  @Column('jsonb', { default: [] })
  fields: FormField[];

  @Column('integer', { name: 'response_count', default: 0 })
  responseCount: number;

  @Column('timestamptz', { name: 'last_response_at', nullable: true })
  lastResponseAt: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
