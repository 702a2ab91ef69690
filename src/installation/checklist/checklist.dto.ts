import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches, MaxLength } from 'class-validator';
import { PHASES, type Phase } from '../../operations/checklist/checklist-line';
import { type Signature, SIGNATURE_RESULTS } from '../../operations/checklist/checklist-state';
import { LINE_STATUSES, type LineStatus } from '../../operations/checklist/line-status';
import { MayBeAbsent } from '../../rest/may-be-absent.decorator';

const ANSWERED_BY = ['automatic', 'assisted', 'manual', 'field'] as const;

export class SignLineBody {
  @ApiProperty({ example: 'Ada Lovelace', description: 'who signs, as the report names them', maxLength: 200 })
  @IsString()
  @Matches(/\S/, { message: 'by must name who signs' })
  @Length(1, 200)
  by: string;

  @ApiPropertyOptional({
    enum: SIGNATURE_RESULTS,
    description: 'yes when absent; for a rollback trigger it must be said: no (it has not happened) or yes (it has)',
  })
  @MayBeAbsent()
  @IsIn(SIGNATURE_RESULTS)
  result?: Signature['result'];

  @ApiPropertyOptional({ description: 'a remark', maxLength: 2_000 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(2_000)
  note?: string;
}

export class FillBlankBody {
  @ApiProperty({ example: '2026-12-01', description: 'empty: clears it', maxLength: 2_000 })
  @IsString()
  @MaxLength(2_000)
  value: string;
}

class LineFindingView {
  @ApiProperty({ example: 'database.version', description: 'the check' })
  id: string;

  @ApiProperty({ enum: ['block', 'warn'] })
  severity: 'block' | 'warn';

  @ApiProperty({ enum: ['pass', 'fail', 'skipped'] })
  result: 'pass' | 'fail' | 'skipped';

  @ApiProperty({ description: 'what was seen' })
  evidence: string;

  @ApiProperty({ type: String, nullable: true, description: 'what to do about it' })
  remedy: string | null;

  @ApiProperty({ format: 'date-time' })
  checkedAt: string;
}

class SignatureView {
  @ApiProperty({ example: 'Ada Lovelace' })
  by: string;

  @ApiProperty({ format: 'date-time' })
  at: string;

  @ApiProperty({ enum: SIGNATURE_RESULTS })
  result: Signature['result'];

  @ApiProperty({ type: String, nullable: true })
  note: string | null;
}

export class ChecklistLineView {
  @ApiProperty({ example: 'code.review' })
  id: string;

  @ApiProperty({ description: 'Markdown: the words of the document, with the command that answers the line' })
  text: string;

  @ApiProperty({ enum: ANSWERED_BY, description: 'field: a blank to fill in' })
  answeredBy: (typeof ANSWERED_BY)[number];

  @ApiProperty({ description: 'it names what must not happen: "no" is the good answer' })
  trigger: boolean;

  @ApiProperty({ enum: LINE_STATUSES })
  status: LineStatus;

  @ApiProperty({ type: [String], description: 'the checks that answer it' })
  checks: readonly string[];

  @ApiProperty({ type: [LineFindingView] })
  findings: LineFindingView[];

  @ApiProperty({ type: SignatureView, nullable: true })
  signature: SignatureView | null;

  @ApiProperty({ type: String, nullable: true, description: 'what a blank is filled in with' })
  value: string | null;
}

class ChecklistGroupView {
  @ApiProperty({ type: String, nullable: true })
  title: string | null;

  @ApiProperty({ type: [ChecklistLineView] })
  lines: ChecklistLineView[];
}

class ChecklistCountsView {
  @ApiProperty()
  passed: number;

  @ApiProperty()
  failed: number;

  @ApiProperty()
  open: number;

  @ApiProperty()
  'not applicable': number;
}

class ChecklistSectionView {
  @ApiProperty({ example: 'Pre-Deployment' })
  title: string;

  @ApiProperty({ enum: PHASES })
  phase: Phase;

  @ApiProperty({ type: ChecklistCountsView })
  counts: ChecklistCountsView;

  @ApiProperty({ type: [ChecklistGroupView] })
  groups: ChecklistGroupView[];
}

export class ChecklistView {
  @ApiProperty()
  title: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'the deployment that was started last; null: none yet, and every line is open',
  })
  deployment: string | null;

  @ApiProperty({ description: 'the version that the deployment was started with' })
  version: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt: string | null;

  @ApiProperty({ description: 'no line has failed' })
  ok: boolean;

  @ApiProperty({ type: ChecklistCountsView })
  counts: ChecklistCountsView;

  @ApiProperty({ type: [ChecklistSectionView] })
  sections: ChecklistSectionView[];
}
