import { ApiProperty } from '@nestjs/swagger';

/** Request and response shapes of the setup steps, from the token to the first client. */
export const SETUP_STEPS = ['token', 'scopes', 'region', 'public_url', 'form', 'webhook', 'test', 'client'] as const;
export type SetupStepId = (typeof SETUP_STEPS)[number];

/** `unknown`: it could not be checked. */
export const STEP_STATUSES = ['done', 'pending', 'failed', 'unknown'] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

export class SetupStepView {
  @ApiProperty({ enum: SETUP_STEPS })
  id: SetupStepId;

  @ApiProperty({ example: 'The token has every scope' })
  title: string;

  @ApiProperty({ enum: STEP_STATUSES, description: 'unknown: it could not be checked' })
  status: StepStatus;

  @ApiProperty({ description: 'what was seen' })
  evidence: string;

  @ApiProperty({ type: String, nullable: true, description: 'what to do; null: nothing' })
  remedy: string | null;
}

export class SetupView {
  @ApiProperty({ description: 'every step is done' })
  complete: boolean;

  @ApiProperty({ type: [SetupStepView], description: 'in their order' })
  steps: SetupStepView[];

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'the webhook that the steps refer to; null: none is registered',
  })
  webhookId: string | null;

  @ApiProperty({ format: 'date-time', description: 'when Typeform and PUBLIC_URL were checked; the rest is current' })
  checkedAt: Date;
}
