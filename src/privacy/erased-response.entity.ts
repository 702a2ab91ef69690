import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Tombstone of a response: only its ids, which triggers compare with everything that arrives. */
@Entity('erased_response')
export class ErasedResponse {
  @PrimaryColumn('text', { name: 'form_id' })
  formId: string;

  @PrimaryColumn('text')
  token: string;

  /** The client that it belonged to; null: none, or it never became a response. */
  @Index('erased_response_client')
  @Column('uuid', { name: 'client_id', nullable: true })
  clientId: string | null;

  @Column('timestamptz', { name: 'erased_at' })
  erasedAt: Date;
}
