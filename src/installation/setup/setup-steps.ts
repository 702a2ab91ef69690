/** Derives the setup steps, in words for people, from the findings. Pure. */
import { counted } from '../../core/counted';
import { splitRemedy } from '../../operations/preflight/check-failure';
import type { IntakeSeen } from '../../operations/preflight/public-url/intake-probe';
import { scopeRemedy } from '../../typeform/key-scopes';
import { type KeyExamination, NO_FORM_REMEDY } from '../../typeform/typeform-key-check';
import { SETUP_STEPS, type SetupStepId, type SetupStepView } from './setup.dto';
import type { StoredSetup } from './setup.repository';

export interface SetupFindings {
  /** Whether the sandbox stands in for Typeform, because no token is set. */
  isSandbox: boolean;
  key: KeyExamination;
  /** Why Typeform could not reach PUBLIC_URL whatever listens there; null when it may be able to. */
  publicUrlProblem: string | null;
  intake: IntakeSeen;
  stored: StoredSetup;
}

type Step = Pick<SetupStepView, 'status' | 'evidence' | 'remedy'>;

const TITLES: Record<SetupStepId, string> = {
  token: 'Typeform accepts the token',
  scopes: 'The token has every scope',
  region: 'The region is right',
  public_url: 'PUBLIC_URL is reachable',
  form: 'A form is chosen',
  webhook: 'Its webhook is registered',
  test: 'A test or a submission has come in',
  client: 'The first client is here',
};

const done = (evidence: string): Step => ({ status: 'done', evidence, remedy: null });
const pending = (evidence: string, remedy: string): Step => ({ status: 'pending', evidence, remedy });
const failed = (evidence: string, remedy: string): Step => ({ status: 'failed', evidence, remedy });
const unknown = (evidence: string, remedy = 'try again in a minute'): Step => ({ status: 'unknown', evidence, remedy });

export function setupSteps(found: SetupFindings): SetupStepView[] {
  const steps: Record<SetupStepId, Step> = {
    token: tokenStep(found),
    scopes: scopesStep(found),
    region: regionStep(found),
    public_url: publicUrlStep(found),
    form: formStep(found),
    webhook: webhookStep(found),
    test: testStep(found),
    client: found.stored.hasClient
      ? done('there is a client')
      : pending('there is no client yet', 'a submission with a name, an e-mail or a phone makes one'),
  };
  return SETUP_STEPS.map((id) => ({ id, title: TITLES[id], ...steps[id] }));
}

function tokenStep({ isSandbox, key: { baseUrl, forms, failure } }: SetupFindings): Step {
  if (forms !== null) {
    return isSandbox
      ? done(`TYPEFORM_API_KEY is not set: the sandbox stands in for Typeform, with ${counted(forms, 'form')}`)
      : done(`${baseUrl} accepts TYPEFORM_API_KEY, which sees ${counted(forms, 'form')}`);
  }
  return failure === null || failure.away ? unknown(failure?.message ?? 'not checked') : refused(failure.message);
}

function scopesStep({ key: { forms, scopes, failure } }: SetupFindings): Step {
  if (scopes === null) {
    if (forms === 0) return pending('the scopes are tested on a form, and the account has none', NO_FORM_REMEDY);
    return failure?.at === 'scopes'
      ? unknown(failure.message)
      : unknown('not checked', 'fix the step that failed first');
  }
  const { missing, unknown: unclear } = scopes;
  if (missing.length > 0) return failed(`TYPEFORM_API_KEY lacks ${missing.join(', ')}`, scopeRemedy(missing));
  if (unclear.length > 0) return unknown(`Typeform did not say whether it has ${unclear.join(', ')}`);
  return done('each was tested by a call that changes nothing');
}

function regionStep({ key: { baseUrl, forms, scopes, failure } }: SetupFindings): Step {
  if (forms === 0) return pending('the region is seen from a form, and the account has none', NO_FORM_REMEDY);
  if (failure?.at === 'region') return failure.away ? unknown(failure.message) : refused(failure.message);
  return scopes !== null || failure?.at === 'scopes'
    ? done(`${baseUrl} keeps the account's responses`)
    : unknown('not checked', 'fix the step that failed first');
}

function publicUrlStep({ publicUrlProblem, intake }: SetupFindings): Step {
  if (publicUrlProblem !== null) return refused(`PUBLIC_URL ${publicUrlProblem}`);
  return intake.reached ? done(intake.evidence) : failed(intake.evidence, intake.remedy);
}

function formStep({ stored: { webhook }, key: { forms } }: SetupFindings): Step {
  if (webhook !== null) return done(nameOf(webhook));
  if (forms === 0) return pending('the account has no form', 'create one in Typeform');
  return pending('none is chosen yet', 'choose one of the account: Webhooks, Register (POST /v1/webhooks)');
}

function webhookStep({ stored: { webhook } }: SetupFindings): Step {
  if (webhook === null) return pending('none is registered yet', 'choosing a form registers it');
  if (webhook.status === 'in_sync') return done(`Typeform has it as it should be for ${nameOf(webhook)}`);
  // Typeform does not say whether it was Typeform itself or a person who disabled it.
  const status =
    webhook.status === 'disabled_by_typeform' ? 'disabled at Typeform' : webhook.status.replaceAll('_', ' ');
  return failed(
    `the webhook of ${nameOf(webhook)} is ${status}`,
    'see what differs in Webhooks, and have it repaired: Reconcile (POST /v1/webhooks/reconcile)',
  );
}

function testStep({ stored: { webhook, receivedAt } }: SetupFindings): Step {
  if (receivedAt !== null) return done(`the last one came at ${receivedAt.toISOString()}`);
  if (webhook === null) return pending('nothing has come in', 'register a webhook first');
  return pending('nothing has come in', 'send a test (POST /v1/webhooks/{id}/test), or fill in the form');
}

function nameOf({ formId, formTitle }: { formId: string; formTitle: string | null }): string {
  return formTitle === null ? formId : `“${formTitle}” (${formId})`;
}

/** Our messages say what happened and, after the last colon, what to do. */
function refused(message: string): Step {
  const { evidence, remedy } = splitRemedy(message);
  return failed(evidence, remedy);
}
