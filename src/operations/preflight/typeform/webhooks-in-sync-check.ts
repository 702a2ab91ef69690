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
      const problems: string[] = [];
      let compared = 0;
      const forms = [...new Set(webhooks.map(({ formId }) => formId))];
      while (forms.length > 0 && performance.now() - context.startedAt < timeoutMs - RESERVED_MS) {
        const formId = forms.shift() ?? '';
        const ours = webhooks.filter((webhook) => webhook.formId === formId);
        const remote = await api.listWebhooks(formId, interactive(signal)).catch(asProblem);
        for (const webhook of ours) {
          const problem = typeof remote === 'string' ? remote : problemOf(webhook, remote);
          if (problem !== null) problems.push(`${formId}/${webhook.tag} ${problem}`);
        }
        compared += ours.length;
      }
      const rest = webhooks.filter(({ formId }) => forms.includes(formId));
      for (const { formId, tag, status, pending } of rest) {
        if (status !== 'in_sync' || pending)
          problems.push(`${formId}/${tag} was last seen ${pending ? 'pending' : status}`);
      }
      return report(compared, rest.length, problems);
    },
  };
}

function problemOf(webhook: KnownWebhook, remote: readonly RemoteWebhook[]): string | null {
  const drift = compareWebhook(webhook, remote.find(({ tag }) => tag === webhook.tag) ?? null);
  if (drift.length > 0) return `is ${statusOfDrift(drift)} (${drift.map(({ field }) => field).join(', ')})`;
  return webhook.pending ? 'has a change that Typeform has not confirmed' : null;
}

function asProblem(error: unknown): string {
  if (error instanceof TypeformError) return `cannot be read (${error.remoteCode})`;
  throw error;
}

function report(compared: number, rest: number, problems: readonly string[]): Finding {
  const looked =
    rest === 0
      ? `all ${compared} webhook(s) compared`
      : `${compared} of ${compared + rest} webhooks compared at 2 calls a second; the others are judged by their last known state`;
  if (problems.length === 0) return passed(`${looked}: in sync`);
  const more = problems.length > SHOWN ? `; and ${problems.length - SHOWN} more` : '';
  return failed(
    `${looked}: ${problems.slice(0, SHOWN).join('; ')}${more}`,
    'let the running service repair them (POST /v1/webhooks/reconcile), and find out what keeps changing them',
  );
}
