import { randomUUID } from 'node:crypto';
import { counted } from '../../../core/counted';
import type { CallOptions } from '../../../typeform/typeform-api';
import { probeScopes, scopeRemedy } from '../../../typeform/key-scopes';
import { TypeformError } from '../../../typeform/typeform-error';
import { Check, failed, Finding, passed, skipped } from '../../check';
import { CannotCheck, splitRemedy } from '../check-failure';
import type { PreflightContext } from '../preflight-context';
import type { TypeformAccess } from './typeform-access';

/** An account is in one region; a few forms are asked because forms can be shared between accounts. */
const FORMS_ASKED_FOR_REGION = 3;
const NO_FORM =
  'create the onboarding form first; if it exists, TYPEFORM_API_BASE_URL is not the host of the account it belongs to';

/** The key, its scopes, and whether it is used at the right host. */
export function typeformChecks(context: PreflightContext): Check[] {
  return [
    {
      id: 'typeform.api-key',
      title: 'Typeform accepts the API key',
      severity: 'block',
      run: (signal) =>
        withKey(context, async () => {
          const access = await context.typeform();
          const { total } = await access.forms(interactive(signal));
          return passed(`${access.baseUrl} accepts the key, which can read ${counted(total, 'form')}`);
        }),
    },
    {
      id: 'typeform.scopes',
      title: 'API key has every scope',
      severity: 'block',
      run: (signal) => withKey(context, () => checkScopes(context, interactive(signal))),
    },
    {
      id: 'typeform.region',
      title: "the API host is that of the account's region",
      severity: 'block',
      run: (signal) =>
        withKey(context, async () => {
          const access = await context.typeform();
          const ids = await someForms(context, access, interactive(signal));
          for (const id of ids) await access.api.getForm(id, interactive(signal));
          return passed(`${access.baseUrl} is the host of the responses of ${counted(ids.length, 'form')}`);
        }),
    },
  ];
}

/** Nothing is known about a missing key; the sandbox accepts its own. */
const NO_KEY = skipped(
  'no TYPEFORM_API_KEY is set: the sandbox stands in for Typeform',
  'set TYPEFORM_API_KEY',
  'warn',
);

/** Calls made by preflight take precedence over background calls. */
export const interactive = (signal: AbortSignal): CallOptions => ({ priority: 'interactive', signal });

/** Looks only when there is a key. Turns what Typeform refused into a finding: its errors say what to do. */
async function withKey({ config }: PreflightContext, look: () => Promise<Finding>): Promise<Finding> {
  if (config.typeform.apiKey === null) return NO_KEY;
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof TypeformError)) throw error;
    const { evidence, remedy } = splitRemedy(error.message);
    return failed(evidence, remedy);
  }
}

/** Forms that have one of our webhooks, else any form of the account. */
async function someForms(context: PreflightContext, access: TypeformAccess, call: CallOptions): Promise<string[]> {
  const { firstId } = await access.forms(call);
  const webhooks = await context
    .database()
    .then((database) => database.webhooks())
    .catch(() => []);
  const ours = [...new Set(webhooks.map(({ formId }) => formId))].slice(0, FORMS_ASKED_FOR_REGION);
  if (ours.length > 0) return ours;
  if (firstId === null) throw new CannotCheck(`the key sees no form at ${access.baseUrl}`, NO_FORM);
  return [firstId];
}

/**
 * Typeform's API does not list the scopes of a key, so each is tested by a call that changes nothing: the deletions name a webhook and
 * a response that do not exist.
 */
async function checkScopes(context: PreflightContext, call: CallOptions): Promise<Finding> {
  const access = await context.typeform();
  const { firstId: formId } = await access.forms(call);
  if (formId === null)
    throw new CannotCheck('the key has forms:read; the other scopes cannot be tested without a form', NO_FORM);
  const nothing = `preflight-${randomUUID()}`;
  const probes: Record<string, () => Promise<unknown>> = {
    'webhooks:read': () => access.api.listWebhooks(formId, call),
    'webhooks:write': () => access.api.deleteWebhook(formId, nothing, call),
    'responses:read': () => access.touchNoResponse('GET', formId, nothing, call),
    'responses:write': () => access.touchNoResponse('DELETE', formId, nothing, call),
  };
  const { proven, missing, unknown } = await probeScopes(probes);
  const evidence = [
    `tested by a call: ${['forms:read', ...proven].join(', ')}`,
    ...(missing.length > 0 ? [`refused: ${missing.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`inconclusive: ${unknown.join(', ')}`] : []),
  ].join('; ');
  if (missing.length > 0) return failed(evidence, scopeRemedy(missing));
  return unknown.length > 0
    ? skipped(evidence, 'check the scopes of the token in Typeform, or try again later')
    : passed(evidence);
}
