import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { MayBeAbsent } from '../rest/may-be-absent.decorator';
import { PageQuery } from '../rest/page';
import { Several } from '../rest/several.decorator';
import { IsoTime } from '../rest/time-range';
import { AUDIT_ACTIONS, AuditAction } from './audit-action';
import { AUDIT_EXPORT_FORMATS, type AuditExportFormat } from './audit-export-format';

const EXAMPLE_HASH = '5f1c0b7a9d3e4c2f8a6b1e0d7c5f4a3b2e1d0c9f8a7b6c5d4e3f2a1b0c9d8e7f';

/** Which entries to list or export. */
export class AuditFilter {
  @ApiPropertyOptional({ description: 'actorId: the id of an API key, or bootstrap', example: 'bootstrap' })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  actor?: string;

  @Several(AUDIT_ACTIONS, 'form.updated')
  action?: AuditAction[];

  @IsoTime('at or after')
  since?: string;

  @IsoTime('before', { notBefore: 'since' })
  until?: string;
}

export class AuditQuery extends IntersectionType(PageQuery, AuditFilter) {}

export class AuditExportQuery extends AuditFilter {
  @ApiPropertyOptional({ enum: AUDIT_EXPORT_FORMATS, default: 'ndjson' })
  @MayBeAbsent()
  @IsIn(AUDIT_EXPORT_FORMATS)
  format: AuditExportFormat = 'ndjson';
}

/** One change, with its place in the hash chain. */
export class AuditEntryView {
  @ApiProperty({ example: '42', description: '1, 2, 3, ... without a gap' })
  id: string;

  @ApiProperty({ format: 'date-time' })
  at: Date;

  @ApiProperty({
    example: '8d3c6b1e-5a0e-4c39-9d51-0a7f5d3f7c10',
    description: 'id of the API key; bootstrap: the key in ADMIN_API_KEY',
  })
  actorId: string;

  @ApiProperty({ example: 'deployment pipeline' })
  actorName: string;

  @ApiProperty({ enum: AUDIT_ACTIONS, example: 'form.updated' })
  action: AuditAction;

  @ApiProperty({
    example: 'lT4Z3j',
    description: 'id of what was changed; for deliveries replayed by a filter, the form or *',
  })
  subject: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { status: { from: 'active', to: 'paused' } },
    description: 'details of the change; never a secret or personal data',
  })
  details: object;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '1f0e7a52-3f0c-4f5e-9a39-2d3c1b7e6f10',
    description: 'X-Request-Id of the request; null when the service acted on its own',
  })
  requestId: string | null;

  @ApiProperty({ example: EXAMPLE_HASH, description: '64 zeros for the first entry' })
  previousHash: string;

  @ApiProperty({
    example: EXAMPLE_HASH,
    description: 'hex SHA-256 of the canonical JSON (RFC 8785) of this entry without hash',
  })
  hash: string;
}

export class AuditPage {
  @ApiProperty({ type: [AuditEntryView] })
  items: AuditEntryView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}

/** The result of recomputing the chain and its seals. */
export class AuditVerification {
  @ApiProperty({ example: true })
  valid: boolean;

  @ApiProperty({ example: 42, description: 'valid entries before the first invalid one' })
  entries: number;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'id of the first entry that was changed, removed or inserted, or that no valid seal covers any more',
  })
  brokenAt: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: EXAMPLE_HASH,
    description:
      'hash of the last valid entry. Keep a copy elsewhere: it is the proof against someone who sets the entire log back to an earlier state',
  })
  headHash: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'what is wrong and what to do; null when the log is valid',
  })
  problem: string | null;

  @ApiProperty({
    example: 42,
    description: 'valid entries that are covered by a seal, a keyed hash whose key is not in the database',
  })
  sealed: number;

  @ApiProperty({ example: 0, description: 'valid entries after the last seal; the next change or an hour covers them' })
  unsealed: number;

  @ApiProperty({
    example: 0,
    description:
      'entries that got no seal of their own, because they are older than seals, a release without seals wrote them, or their seal was removed; an entry audit.sealed names them',
  })
  late: number;
}
