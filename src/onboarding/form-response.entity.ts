import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { NormalisedAnswer } from '../core/answers';
import type { Identifiers } from '../core/identifiers';
import { Client } from './client.entity';

export const RESPONSE_TYPES = ['completed', 'partial'] as const;
export type ResponseType = (typeof RESPONSE_TYPES)[number];

/** One response of one respondent; identified by form and token, regardless of how many events concern it. */
@Entity('form_response')
@Check('form_response_type', `response_type IN ('completed', 'partial')`)
@Index('form_response_client_effective', ['clientId', 'effectiveAt'])
@Index('form_response_effective', ['effectiveAt', 'formId', 'token'])
@Index('form_response_form_effective', ['formId', 'effectiveAt', 'token'])
@Index('form_response_partial', ['effectiveAt', 'formId', 'token'], { where: `response_type = 'partial'` })
@Index('form_response_form_partial', ['formId', 'effectiveAt', 'token'], { where: `response_type = 'partial'` })
@Index('form_response_test', ['effectiveAt', 'formId', 'token'], { where: 'test' })
@Index('form_response_email_key', ['emailKey', 'clientId'], { where: 'email_key IS NOT NULL' })
@Index('form_response_phone_with_email', ['phoneKey', 'clientId'], {
  where: 'phone_key IS NOT NULL AND email_key IS NOT NULL',
})
@Index('form_response_phone_alone', ['phoneKey', 'clientId'], { where: 'phone_key IS NOT NULL AND email_key IS NULL' })
@Index('form_response_pinned', ['pinnedClientId'], { where: 'pinned_client_id IS NOT NULL' })
@Index('form_response_search', { synchronize: false })
@Index('form_response_unsearchable', ['formId', 'token'], { where: 'search_text IS NULL' })
@Index('form_response_incomplete_text', ['formId', 'token'], {
  where: 'unreadable OR right(search_text, 1) = chr(10) OR length(search_text) >= 20000',
})
@Index('form_response_several_versions', ['formId', 'token'], { where: 'several_versions' })
@Index('form_response_unsettled', ['formId', 'token'], { where: 'keyed_at IS DISTINCT FROM updated_at' })
export class FormResponse {
  @PrimaryColumn('text', { name: 'form_id' })
  formId: string;

  @PrimaryColumn('text')
  token: string;

  /** The event this state came from. */
  @Column('text', { name: 'event_id' })
  eventId: string;

  @Column('text', { name: 'response_type' })
  responseType: ResponseType;

  /** Sent by Typeform's "Send test request" button. */
  @Column('boolean')
  test: boolean;

  @Column('timestamptz', { name: 'landed_at', nullable: true })
  landedAt: Date | null;

  @Column('timestamptz', { name: 'submitted_at', nullable: true })
  submittedAt: Date | null;

  @Column('timestamptz', { name: 'received_at' })
  receivedAt: Date;

  /** submittedAt, else landedAt, else receivedAt: the time that orders responses and decides which version is newer. */
  @Column('timestamptz', { name: 'effective_at' })
  effectiveAt: Date;

  @Column('jsonb')
  answers: NormalisedAnswer[];

  /** Another event gave an earlier state. A trigger sets it. */
  @Column('boolean', { name: 'several_versions', default: false, select: false })
  severalVersions: boolean;

  /** Its event had answers, and not one of them could be read. */
  @Column('boolean', { default: false })
  unreadable: boolean;

  @Column('jsonb')
  hidden: Record<string, string>;

  @Column('jsonb')
  variables: unknown[];

  @Column('double precision', { nullable: true })
  score: number | null;

  @Column('jsonb', { nullable: true })
  ending: { id: string | null; ref: string | null } | null;

  @Column('jsonb', { nullable: true })
  outcome: unknown;

  @Column('jsonb')
  identifiers: Identifiers;

  @Column('uuid', { name: 'client_id', nullable: true })
  clientId: string | null;

  @ManyToOne(() => Client, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'client_id', foreignKeyConstraintName: 'form_response_client' })
  client?: Client;

  /** The e-mail that identifies the client; null when the response gave none that may (a placeholder, not normalised, a test request). */
  @Column('text', { name: 'email_key', nullable: true, select: false })
  emailKey: string | null;

  /** The phone that identifies the client when there is no e-mail. */
  @Column('text', { name: 'phone_key', nullable: true, select: false })
  phoneKey: string | null;

  /** Equals `updatedAt` when the keys were written with the identifiers; the previous release does not update it. */
  @Column('timestamptz', { name: 'keyed_at', nullable: true, select: false })
  keyedAt: Date | null;

  /** The client an admin assigned this response to, overriding its keys. */
  @Column('uuid', { name: 'pinned_client_id', nullable: true, select: false })
  pinnedClientId: string | null;

  @ManyToOne(() => Client, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'pinned_client_id', foreignKeyConstraintName: 'form_response_pinned_client' })
  pinnedClient?: Client;

  /** The text that a search covers (core/search-text); null: written by the previous release. */
  @Column('text', { name: 'search_text', nullable: true, select: false })
  searchText: string | null;

  /** Only written by the previous release; contradictions are now recorded on clients. */
  @Column('jsonb', { default: [], select: false })
  conflicts: unknown[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
