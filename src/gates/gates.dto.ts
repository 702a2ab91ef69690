import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { WindowFigures } from '../core/gate-window';
import { Criterion, CriterionId, GATE_CRITERIA, GateReport, Verdict, VERDICTS } from '../core/release-gate';

/** What Flagger sends; only the window is read, and anything else is taken without a word. */
export class GateRequestBody {
  @ApiPropertyOptional({ example: 'typeform-onboarding' })
  name?: unknown;

  @ApiPropertyOptional({ example: 'production' })
  namespace?: unknown;

  @ApiPropertyOptional({ example: 'Progressing' })
  phase?: unknown;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { window: '5m' },
    description: 'window: how much of the past is judged, up to 15m (5m)',
  })
  metadata?: unknown;
}

class CriterionView implements Criterion {
  @ApiProperty({ enum: GATE_CRITERIA })
  id: CriterionId;

  @ApiProperty({ enum: VERDICTS })
  verdict: Verdict;

  @ApiProperty({ type: Number, nullable: true, example: 0.998, description: 'null: not known, or not judged' })
  measured: number | null;

  @ApiProperty({ example: '> 99 %' })
  threshold: string;

  @ApiProperty({ example: '998 of 1000 requests acknowledged' })
  evidence: string;
}

class GateWindowView {
  @ApiProperty({ example: 'this process' })
  source: string;

  @ApiProperty({ format: 'date-time' })
  from: string;

  @ApiProperty({ format: 'date-time' })
  to: string;

  @ApiProperty({ example: 300 })
  seconds: number;

  @ApiProperty({ example: 31, description: 'how often the metrics were read' })
  reads: number;

  @ApiProperty({ example: 0, description: 'of these in vain' })
  missed: number;
}

/** The decision of a gate, the same as that of the command. */
export class GateReportView implements GateReport {
  @ApiProperty({ enum: VERDICTS, description: 'the worst of the criteria' })
  verdict: Verdict;

  @ApiProperty({ type: [CriterionView] })
  criteria: CriterionView[];

  @ApiProperty({ type: GateWindowView })
  window: GateWindowView;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'what was measured' })
  figures: WindowFigures | null;

  @ApiProperty({ type: String, nullable: true, description: 'why the metrics could not be read in the end' })
  problem: string | null;
}
