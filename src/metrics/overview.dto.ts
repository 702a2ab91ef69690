import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { MayBeAbsent } from '../rest/may-be-absent.decorator';
import { windowMinutes } from './overview-window';

export class OverviewQuery {
  @ApiPropertyOptional({ example: '15m', default: '15m', description: 'minutes, hours or days, from 5m to 90d' })
  @MayBeAbsent()
  @ValidateBy({
    name: 'window',
    validator: {
      validate: (value) => windowMinutes(value) !== null,
      defaultMessage: () => 'window must be like 15m, 2h or 30d, from 5m to 90d',
    },
  })
  window: string = '15m';
}

class AckLatencyView {
  @ApiProperty({ type: Number, nullable: true, example: 3.2 })
  p50: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 6.1 })
  p95: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 9.8 })
  p99: number | null;
}

class IntakeOverview {
  @ApiProperty({ type: 'object', additionalProperties: { type: 'number' }, example: { accepted: 120, duplicate: 3 } })
  outcomes: Record<string, number>;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 1,
    description:
      'share of the webhooks that were committed; requests without a valid signature do not count; null when none arrived',
  })
  successRate: number | null;

  @ApiProperty({ type: AckLatencyView, description: 'milliseconds from the request to 200' })
  ackMs: AckLatencyView;
}

class OpenEventsView {
  @ApiProperty({ example: 'retrying' })
  status: string;

  @ApiProperty()
  count: number;

  @ApiProperty({ type: Number, nullable: true })
  oldestAgeSeconds: number | null;
}

class TypeformWaitView {
  @ApiProperty({ example: 12 })
  p50: number;

  @ApiProperty({ example: 530 })
  p95: number;

  @ApiProperty({ example: 1060 })
  max: number;
}

class TypeformOverview {
  @ApiProperty()
  calls: number;

  @ApiProperty({ description: 'calls that a person waited for' })
  interactive: number;

  @ApiProperty({ description: 'answers 429' })
  rateLimited: number;

  @ApiProperty({ description: 'calls without an answer, or with a status other than 2xx and 404' })
  failed: number;

  @ApiProperty({ type: TypeformWaitView, nullable: true, description: 'milliseconds spent waiting for a turn' })
  waitMs: TypeformWaitView | null;

  @ApiProperty({ example: 19, description: 'the most calls in any 10 seconds' })
  maxPer10Seconds: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 1,
    description: 'share of the 10-second windows that stayed within the rate limit; null without calls',
  })
  compliance: number | null;
}

class FailingEndpointView {
  @ApiProperty({ description: 'id of the webhook, or shared' })
  endpoint: string;

  @ApiProperty()
  inFiveMinutes: number;

  @ApiProperty()
  inDay: number;

  @ApiProperty({
    description: 'half of the failures that Typeform tolerates before it disables the webhook are used up',
  })
  atRisk: boolean;
}

class WrongSecretView {
  @ApiProperty({ description: 'id of the webhook' })
  endpoint: string;

  @ApiProperty({ description: 'wrong signatures since the last valid one' })
  refused: number;
}

export class OverviewView {
  @ApiProperty({ example: '15m' })
  window: string;

  @ApiProperty({ format: 'date-time' })
  observedAt: Date;

  @ApiProperty({ type: IntakeOverview, description: 'requests to the webhook endpoints that all processes answered' })
  intake: IntakeOverview;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'number' },
    example: { processed: 118, retrying: 2 },
    description: 'events received in the window by all processes, by their status now',
  })
  deliveries: Record<string, number>;

  @ApiProperty({
    type: [OpenEventsView],
    description: 'every event in the inbox that is not done, regardless of its age',
  })
  inbox: OpenEventsView[];

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'number' },
    example: { in_sync: 12, disabled_by_typeform: 0 },
    description: 'managed webhooks by their last observed state at Typeform',
  })
  webhooks: Record<string, number>;

  @ApiProperty({
    type: [FailingEndpointView],
    description: 'endpoints of this process that have only failed since their last success',
  })
  failing: FailingEndpointView[];

  @ApiProperty({
    type: [WrongSecretView],
    description: 'registered webhooks whose deliveries to this process have stopped being valid: rotate their secrets',
  })
  wrongSecrets: WrongSecretView[];

  @ApiProperty({
    type: TypeformOverview,
    description: 'requests that all processes sent to Typeform in the window, of which the last 24 hours are kept',
  })
  typeform: TypeformOverview;

  @ApiProperty({
    description: 'submissions of the window that only a back-fill found; more than 0 means that webhooks were lost',
  })
  recovered: number;
}
