import { counted } from '../../../core/counted';
import { TypeformError } from '../../../typeform/typeform-error';
import type { RemoteWebhook } from '../../../typeform/typeform-schemas';
import { compareWebhook, statusOfDrift } from '../../../webhook-management/webhook-state';
import { Check, failed, Finding, passed, skipped } from '../../check';
import type { PreflightContext } from '../preflight-context';
import type { KnownWebhook } from '../database/preflight.repository';
import { interactive } from './typeform-checks';

/** Time reserved for the other checks that call Typeform and for the last answer. The default time limit leaves about 16 forms. */
const RESERVED_MS = 4_000;
const SHOWN = 5;

const NOTHING_REGISTERED = skipped('no webhook is registered yet', 'register one: POST /v1/webhooks', 'warn');

/** What is wrong with a webhook, and what to do about it. */
interface Problem {
  what: string;
  remedy: string;
}

const REPAIR =
  'let the running service repair what differs (POST /v1/webhooks/reconcile), and find out what keeps changing it';
const DELETE =
  'if the form was deleted at Typeform, delete its webhook here (DELETE /v1/webhooks/{id}); if not, use an API key of the account that has it';
const LOOK = 'GET /v1/webhooks?status=unreachable says why (problem)';
const ASK_AGAIN = 'fix what the other checks of Typeform report, then run preflight again';

/** Compares each of our webhooks with Typeform's current copy, as the reconciler does. Repairs nothing. */
export function webhooksInSyncCheck(context: PreflightContext, { timeoutMs }: { timeoutMs: number }): Check {
  return {
    id: 'typeform.webhooks-in-sync',
    title: 'every webhook at Typeform has the settings it should have',
    severity: 'block',
    run: async (signal) => {
      const webhooks = await (await context.database()).webhooks();
      if (webhooks.length === 0) return NOTHING_REGISTERED;
      const { api } = await context.typeform();
      const problems: Problem[] = [];
      let compared = 0;
      const forms = [...new Set(webhooks.map(({ formId }) => formId))];
      while (forms.length > 0 && performance.now() - context.startedAt < timeoutMs - RESERVED_MS) {
        const formId = forms.shift() ?? '';
        const ours = webhooks.filter((webhook) => webhook.formId === formId);
        const remote = await api.listWebhooks(formId, interactive(signal)).catch(typeformError);
        for (const webhook of ours) {
          const problem = remote instanceof TypeformError ? unreadable(webhook, remote) : difference(webhook, remote);
          if (problem !== null) problems.push(problem);
        }
        compared += ours.length;
      }
      const rest = webhooks.filter(({ formId }) => forms.includes(formId));
      for (const webhook of rest) {
        const problem = lastKnown(webhook);
        if (problem !== null) problems.push(problem);
      }
      return report(compared, rest.length, problems);
    },
  };
}

function difference(webhook: KnownWebhook, remote: readonly RemoteWebhook[]): Problem | null {
  const drift = compareWebhook(webhook, remote.find(({ tag }) => tag === webhook.tag) ?? null);
  if (drift.length > 0) {
    const fields = drift.map(({ field }) => field).join(', ');
    return { what: `${nameOf(webhook)} is ${statusOfDrift(drift)} (${fields})`, remedy: REPAIR };
  }
  if (!webhook.pending) return null;
  return { what: `${nameOf(webhook)} has a change that Typeform has not confirmed`, remedy: REPAIR };
}

function unreadable(webhook: KnownWebhook, { failure, remoteCode }: TypeformError): Problem {
  if (failure === 'not_found')
    return { what: `${nameOf(webhook)} (${webhook.id}): Typeform has no such form (404)`, remedy: DELETE };
  return { what: `${nameOf(webhook)} cannot be read (${remoteCode})`, remedy: ASK_AGAIN };
}

function lastKnown(webhook: KnownWebhook): Problem | null {
  const { status, pending } = webhook;
  if (pending) return { what: `${nameOf(webhook)} has a change that Typeform has not confirmed`, remedy: REPAIR };
  if (status === 'in_sync') return null;
  const remedy = status === 'unreachable' ? LOOK : REPAIR;
  return { what: `${nameOf(webhook)} was last seen ${status}`, remedy };
}

const nameOf = ({ formId, tag }: KnownWebhook): string => `${formId}/${tag}`;

function typeformError(error: unknown): TypeformError {
  if (error instanceof TypeformError) return error;
  throw error;
}

function report(compared: number, rest: number, problems: readonly Problem[]): Finding {
  const looked =
    rest > 0
      ? `${compared} of ${compared + rest} webhooks compared at 2 calls a second; the others are judged by their last known state`
      : `${compared > 1 ? 'all ' : ''}${counted(compared, 'webhook')} compared`;
  if (problems.length === 0) return passed(`${looked}: in sync`);
  const shown = problems.slice(0, SHOWN);
  const more = problems.length > SHOWN ? `; and ${problems.length - SHOWN} more` : '';
  return failed(
    `${looked}: ${shown.map(({ what }) => what).join('; ')}${more}`,
    [...new Set(shown.map(({ remedy }) => remedy))].join('; '),
  );
}
