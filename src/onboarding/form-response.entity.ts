import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { NormalisedAnswer } from '../core/answers';
import type { Identifiers } from '../core/identifiers';
import { Client } from './client.entity';

export const RESPONSE_TYPES = ['completed', 'partial'] as const;
export type ResponseType = (typeof RESPONSE_TYPES)[number];

/** A contradiction met while finding the client: recorded for a person to look at, never merged silently. */
export interface ClientConflict {
  kind: 'phone_of_another_client' | 'email_differs';
  /** The other client (`phone_of_another_client`) or the client this response was given to (`email_differs`). */
  clientId: string;
}

/** One response of one respondent; identified by form and token, whatever the number of events about it. */
@Entity('form_response')
@Check('form_response_type', `response_type IN ('completed', 'partial')`)
@Index('form_response_client_effective', ['clientId', 'effectiveAt'])
@Index('form_response_effective', ['effectiveAt', 'formId', 'token'])
@Index('form_response_form_effective', ['formId', 'effectiveAt', 'token'])
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

  @Column('jsonb', { default: [] })
  conflicts: ClientConflict[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
