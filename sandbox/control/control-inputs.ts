import { z } from 'zod';
import { DELIVERY_ONLY_KINDS, FAULT_KINDS, type Fault } from '../faults';
import { BACKOFF_SCHEDULES, type BackoffSchedule } from '../delivery/retry-schedule';
import { FormDefinition } from '../forms/form-definition';
import { TEMPLATES } from '../forms/form-templates';
import { LANGUAGES } from '../model';
import { SCOPES, type SandboxSettings } from '../settings';

const seed = z.union([z.string(), z.number()]).transform(String);

/** A new form: one of the templates, or a complete definition in the Create API's format. */
export const FormInput = z.strictObject({
  template: z.enum(TEMPLATES).default('onboarding'),
  language: z.enum(LANGUAGES).default('en'),
  seed: seed.optional(),
  /** Makes it a form of another region: callers at any other host see no responses. */
  responsesBaseUrl: z.url({ protocol: /^https?$/ }).optional(),
  definition: FormDefinition.optional(),
});
export type FormInput = z.input<typeof FormInput>;

/** What respondents do with a form. */
export const SubmissionInput = z
  .strictObject({
    count: z.number().int().min(1).max(10_000).default(1),
    /** Answers only the first questions. */
    partial: z.boolean().default(false),
    /** Only opens the form: no webhook fires, but `response_type=started` lists it. */
    started: z.boolean().default(false),
    /** Presses "Send test request": canned values, nothing stored, no retry. */
    test: z.boolean().default(false),
    /** Continues an earlier partial response of this token. */
    token: z.string().optional(),
    /** The same seed, form and time: the same bytes. */
    seed: seed.optional(),
    /** When it was submitted; default now. */
    at: z.iso.datetime({ offset: true }).optional(),
    /** Test deliveries: only to this webhook. */
    tag: z.string().optional(),
    /** false: stored, but no webhook fires - a delivery that got lost. */
    deliver: z.boolean().default(true),
    /** Answers every question and fills the hidden fields. */
    answerAll: z.boolean().default(false),
  })
  .refine(({ partial, started, test }) => [partial, started, test].filter(Boolean).length <= 1, {
    message: 'only one of partial, started and test',
  });
export type SubmissionInput = z.input<typeof SubmissionInput>;

/** A fault to switch on. */
export const FaultInput = z
  .strictObject({
    kind: z.enum(FAULT_KINDS),
    target: z.enum(['api', 'delivery']),
    times: z.number().int().min(1).default(1),
    match: z.string().optional(),
    delayMs: z.number().int().min(0).default(5000),
    status: z.number().int().min(200).max(599).optional(),
    retryAfterSeconds: z.number().int().min(0).optional(),
    phase: z.enum(['in_body', 'before_answer']).default('before_answer'),
    copies: z.number().int().min(1).max(100).default(1),
    holdSeconds: z.number().min(0).default(60),
  })
  .refine(({ kind, target }) => target === 'delivery' || !DELIVERY_ONLY_KINDS.includes(kind), {
    message: 'this kind of fault is for deliveries only',
    path: ['kind'],
  })
  .refine(({ kind, status = 302 }) => kind !== 'redirect' || (status >= 300 && status < 400), {
    message: 'a redirect has a status of 300 to 399',
    path: ['status'],
  })
  .transform((fault): Fault => ({ ...fault, status: fault.status ?? (fault.kind === 'redirect' ? 302 : 500) }));
export type FaultInput = z.input<typeof FaultInput>;

export const ClockInput = z.strictObject({
  advanceSeconds: z.number().min(0).optional(),
  /** 0 stops the clock, 1 is real time, 60 turns a second into a minute. */
  speed: z.number().min(0).max(100_000).optional(),
});
export type ClockInput = z.input<typeof ClockInput>;

export const SettingsInput = z
  .strictObject({
    rateLimitPerSecond: z.number().int().min(1),
    retryAfter: z.boolean(),
    lagMinutes: z.number().min(0),
    deletionSeconds: z.number().min(0),
    scopes: z.array(z.enum(SCOPES)),
    deliveryTimeoutMs: z.number().int().min(1),
    deliveryConcurrency: z.number().int().min(1).max(1000),
    backoffSchedule: z.enum(Object.keys(BACKOFF_SCHEDULES) as [BackoffSchedule, ...BackoffSchedule[]]),
    newEventIdOnRetry: z.boolean(),
    allowRemoteDeliveries: z.boolean(),
  } satisfies Record<keyof SandboxSettings, z.ZodType>)
  .partial();

export const DeliveryFilter = z.strictObject({
  formId: z.string().optional(),
  tag: z.string().optional(),
  token: z.string().optional(),
  state: z.enum(['pending', 'delivered', 'failed', 'cancelled']).optional(),
  /** How many of the newest. */
  limit: z.coerce.number().int().min(1).max(20_000).default(100),
});
export type DeliveryFilter = z.input<typeof DeliveryFilter>;
