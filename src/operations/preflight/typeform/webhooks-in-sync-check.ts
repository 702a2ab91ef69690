import { TypeformError } from '../../../typeform/typeform-error';
import type { RemoteWebhook } from '../../../typeform/typeform-schemas';
import { compareWebhook, statusOfDrift } from '../../../webhook-management/webhook-state';
import { Check, failed, Finding, passed } from '../../check';
import type { PreflightContext } from '../preflight-context';
import type { KnownWebhook } from '../database/preflight.repository';
import { interactive } from './typeform-checks';

/** At 2 calls a second this is about 16 forms; the whole run has to end within 15 s. */
const COMPARE_UNTIL_MS = 9_000;
const SHOWN = 5;

/** Every webhook of ours beside what Typeform has now, as the reconciler compares them. Repairs nothing. */
export function webhooksInSyncCheck(context: PreflightContext): Check {
  return {
    id: 'typeform.webhooks-in-sync',
    title: 'every webhook is at Typeform as it should be',
    severity: 'block',
    run: async (signal) => {
      const webhooks = await (await context.database()).webhooks();
      if (webhooks.length === 0) return passed('no webhook is registered yet');
      const { api } = await context.typeform();
      const problems: string[] = [];
      let compared = 0;
      const forms = [...new Set(webhooks.map(({ formId }) => formId))];
      while (forms.length > 0 && performance.now() - context.startedAt < COMPARE_UNTIL_MS) {
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
      : `${compared} of ${compared + rest} webhooks compared at 2 calls a second; for the rest what was last seen counts`;
  if (problems.length === 0) return passed(`${looked}: in sync`);
  const more = problems.length > SHOWN ? `; and ${problems.length - SHOWN} more` : '';
  return failed(
    `${looked}: ${problems.slice(0, SHOWN).join('; ')}${more}`,
    'let the running service repair them (POST /v1/webhooks/reconcile), and look into what keeps drifting',
  );
}
