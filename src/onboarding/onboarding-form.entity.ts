import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { FormOutline } from '../core/form-definition';
import type { FormQuestion } from '../core/identification/plan';
import type { MappingProblem } from '../core/identification/mapping-problems';
import type { IdentifierMapping } from '../core/identifiers';

export const FORM_STATUSES = ['active', 'paused'] as const;
export type FormStatus = (typeof FORM_STATUSES)[number];

/** A question as last seen in a definition; the columns of a CSV export. */
export type FormField = FormQuestion;

/** A form that has a webhook here, or that has sent at least one event. Rows appear by themselves. */
@Entity('onboarding_form')
@Check('onboarding_form_status', `status IN ('active', 'paused')`)
export class OnboardingForm {
  @PrimaryColumn('text', { name: 'form_id' })
  formId: string;

  @Column('text', { nullable: true })
  title: string | null;

  @Column('text', { default: 'active' })
  status: FormStatus;

  /** Identifier -> field ref, field id or `hidden:<name>`; wins over everything found by itself. null: the form never asks for it. */
  @Column('jsonb', { name: 'identifier_mapping', default: {} })
  identifierMapping: IdentifierMapping;

  /** ISO code of the country in which the form's national phone numbers are read. */
  @Column('text', { name: 'phone_country', nullable: true })
  phoneCountry: string | null;

  /** Mapped identifiers that the form could not serve when it was last compared with Typeform. */
  @Column('jsonb', { name: 'mapping_problems', default: [] })
  mappingProblems: MappingProblem[];

  /** What the form asked when its definition was last read from Typeform; null: it never was. */
  @Column('jsonb', { nullable: true })
  definition: FormOutline | null;

  @Column('timestamptz', { name: 'definition_checked_at', nullable: true })
  definitionCheckedAt: Date | null;

  /** Every question that submissions brought so far, in order of first appearance. */
  @Column('jsonb', { default: [] })
  fields: FormField[];

  /** Names of the hidden fields that submissions brought so far. */
  @Column('jsonb', { name: 'hidden_seen', default: [] })
  hiddenSeen: string[];

  @Column('integer', { name: 'response_count', default: 0 })
  responseCount: number;

  @Column('timestamptz', { name: 'last_response_at', nullable: true })
  lastResponseAt: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
