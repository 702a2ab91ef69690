import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsString, Length, Matches, Max, Min, registerDecorator } from 'class-validator';
import { ANY_VALUE } from '../rest/any-value';
import { MayBeAbsent } from '../rest/may-be-absent.decorator';
import { PageQuery } from '../rest/page';
import { Several } from '../rest/several.decorator';
import { EVENT_TYPES, WEBHOOK_STATUSES, WebhookDrift, WebhookStatus } from './webhook-state';

/** What is wrong with `eventTypes`; null: nothing. */
function problemOfEventTypes(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'eventTypes must be an object such as {"form_response": true}';
  }
  const known = EVENT_TYPES as readonly string[];
  for (const [type, on] of Object.entries(value)) {
    if (!known.includes(type)) return `eventTypes has an unknown type: use ${known.join(' and ')}`;
    if (typeof on !== 'boolean') return `eventTypes.${type} must be true or false`;
  }
  if (!Object.values(value).includes(true)) return `eventTypes must enable at least one of ${known.join(', ')}`;
  return null;
}

const IsEventTypes = (): PropertyDecorator => (target, property) =>
  registerDecorator({
    name: 'isEventTypes',
    target: target.constructor,
    propertyName: String(property),
    validator: {
      validate: (value: unknown) => problemOfEventTypes(value) === null,
      defaultMessage: (given) => problemOfEventTypes(given?.value) ?? '',
    },
  });

export class RegisterWebhookBody {
  @ApiProperty({
    example: 'https://form.typeform.com/to/lT4Z3j',
    description: 'a form id or any Typeform link to the form',
  })
  @IsString()
  @Length(1, 2_000)
  form: string;

  @ApiPropertyOptional({ default: 'onboarding', pattern: '^[A-Za-z0-9_-]{1,64}$' })
  @MayBeAbsent()
  @Matches(/^[A-Za-z0-9_-]{1,64}$/, { message: 'tag must be 1 to 64 letters, digits, _ or -' })
  tag: string = 'onboarding';

  @ApiPropertyOptional({
    description: 'where Typeform delivers; default: the endpoint of this webhook below PUBLIC_URL',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, 2_000)
  url?: string;

  @ApiPropertyOptional({ default: false, description: 'allow a url that is not below PUBLIC_URL' })
  @MayBeAbsent()
  @IsBoolean()
  allowForeignUrl: boolean = false;

  @ApiPropertyOptional({ default: true })
  @MayBeAbsent()
  @IsBoolean()
  enabled: boolean = true;

  @ApiPropertyOptional({ default: true, description: 'Typeform checks the certificate of url' })
  @MayBeAbsent()
  @IsBoolean()
  verifySsl: boolean = true;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'boolean' },
    default: { form_response: true },
    example: { form_response: true, form_response_partial: true },
  })
  @MayBeAbsent()
  @IsEventTypes()
  eventTypes: Record<string, boolean> = { form_response: true };

  @ApiPropertyOptional({ minLength: 20, maxLength: 200, description: 'default: 256 random bits; never shown again' })
  @MayBeAbsent()
  @IsString()
  @Length(20, 200)
  secret?: string;
}

export class UpdateWebhookBody {
  @ApiPropertyOptional()
  @MayBeAbsent()
  @IsString()
  @Length(1, 2_000)
  url?: string;

  @ApiPropertyOptional({ default: false })
  @MayBeAbsent()
  @IsBoolean()
  allowForeignUrl: boolean = false;

  @ApiPropertyOptional()
  @MayBeAbsent()
  @IsBoolean()
  enabled?: boolean;

  @ApiPropertyOptional()
  @MayBeAbsent()
  @IsBoolean()
  verifySsl?: boolean;

  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'boolean' } })
  @MayBeAbsent()
  @IsEventTypes()
  eventTypes?: Record<string, boolean>;
}

export class RotateSecretBody {
  @ApiPropertyOptional({
    default: 24,
    minimum: 0,
    maximum: 168,
    description: 'how long the old secret is still accepted',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(168)
  overlapHours: number = 24;
}

export class WebhooksQuery extends PageQuery {
  @ApiPropertyOptional({ example: 'lT4Z3j' })
  @MayBeAbsent()
  @IsString()
  @Length(1, 128)
  formId?: string;

  @Several(WEBHOOK_STATUSES, 'drifted,missing')
  status?: WebhookStatus[];
}

class WebhookDriftView implements WebhookDrift {
  @ApiProperty({ enum: ['existence', 'enabled', 'url', 'verify_ssl', 'event_types'] })
  field: WebhookDrift['field'];

  @ApiProperty({ ...ANY_VALUE, example: true })
  desired: unknown;

  @ApiProperty({ ...ANY_VALUE, example: false })
  observed: unknown;
}

export class WebhookView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ example: 'lT4Z3j' })
  formId: string;

  @ApiProperty({ type: String, nullable: true, example: 'Client onboarding' })
  formTitle: string | null;

  @ApiProperty({ example: 'onboarding' })
  tag: string;

  @ApiProperty({ example: 'https://hooks.example.com/webhooks/typeform/7f2c1f3e-7d0a-4b52-9f0e-6a2f4c9b1d11' })
  url: string;

  @ApiProperty()
  enabled: boolean;

  @ApiProperty()
  verifySsl: boolean;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'boolean' }, example: { form_response: true } })
  eventTypes: Record<string, boolean>;

  @ApiProperty({ enum: WEBHOOK_STATUSES })
  status: WebhookStatus;

  @ApiProperty({ type: [WebhookDriftView], description: 'settings that differed when Typeform was last checked' })
  drift: WebhookDriftView[];

  @ApiProperty({ description: 'Typeform has not confirmed a change for certain yet; the reconciler finishes it' })
  pending: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'why Typeform could not be reached or refused' })
  problem: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  observedAt: Date | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'the old secret is still accepted until then',
  })
  previousSecretExpiresAt: Date | null;

  @ApiProperty({ format: 'date-time' })
  createdAt: Date;

  @ApiProperty({ format: 'date-time' })
  updatedAt: Date;
}

export class WebhookPage {
  @ApiProperty({ type: [WebhookView] })
  items: WebhookView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}

export class WebhookTestResult {
  @ApiProperty({ type: Number, nullable: true, example: 200, description: 'null: no answer' })
  status: number | null;

  @ApiProperty({ description: 'milliseconds' })
  latencyMs: number;

  @ApiProperty({ description: 'the test event is in the inbox' })
  stored: boolean;

  @ApiProperty({ type: String, nullable: true, example: null, description: 'what went wrong and what to check' })
  problem: string | null;
}

export class ReconciledView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty()
  formId: string;

  @ApiProperty()
  tag: string;

  @ApiProperty({ type: [WebhookDriftView], description: 'what differed' })
  drift: WebhookDriftView[];

  @ApiProperty({
    enum: ['none', 'repaired', 'deferred', 'removed', 'failed'],
    description: 'deferred: it keeps drifting, so the next repair is delayed; removed: deleted at Typeform',
  })
  action: 'none' | 'repaired' | 'deferred' | 'removed' | 'failed';

  @ApiProperty({ type: String, nullable: true })
  problem: string | null;
}

class StrayView {
  @ApiProperty()
  formId: string;

  @ApiProperty()
  tag: string;

  @ApiProperty({ description: 'true: it belonged to a webhook removed here, so it was deleted' })
  deleted: boolean;
}

export class ReconcileResult {
  @ApiProperty({
    description: 'false: time ran out or another process is already comparing; the rest is done in the background',
  })
  finished: boolean;

  @ApiProperty({
    description:
      'true: nothing was compared here, because another process was comparing all webhooks all the time; GET /v1/webhooks shows what it finds',
  })
  madeElsewhere: boolean;

  @ApiProperty({ description: 'number of webhooks compared with Typeform' })
  checked: number;

  @ApiProperty({ type: [ReconciledView], description: 'those that differed or could not be checked' })
  differed: ReconciledView[];

  @ApiProperty({
    type: [StrayView],
    description: 'webhooks at Typeform with our url that this service does not manage',
  })
  strays: StrayView[];

  @ApiProperty({ description: "webhooks in Typeform's lists that could not be read and were left out" })
  unreadable: number;
}
