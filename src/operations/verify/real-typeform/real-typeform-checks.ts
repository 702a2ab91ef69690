/**
 * Checklist, "E2E tests with real TypeForm API": the life of a webhook at a form of the account, from its registration to its deletion.
 * It is registered disabled, so that no real submission arrives through it, and under its own tag, so that no other webhook changes.
 */
import { TYPEFORM_HOSTS } from '../../../core/typeform-hosts';
import type { RemoteWebhook } from '../../../typeform/typeform-schemas';
import type { Check, Finding } from '../../check';
import { failed, passed, skipped } from '../../check';
import { ADMIN_KEY } from '../common-findings';
import { LinkedCheck, linkChecks } from '../link-checks';
import { jsonOf } from '../verify-run';
import { interactive, problemOf, RealTypeformRun, TAG, TypeformSide } from './real-typeform-run';
import { cleanUpAtTypeform } from './real-typeform-clean-up';
import type { RealTypeformId } from './real-typeform-ids';
import type { VerifyTarget } from '../verify-target';

/** A call waits for its turn at 2 calls a second and may be repeated. */
export const REAL_TYPEFORM_TIMEOUT_MS = 90_000;

/** The checks in the order in which they must run; the last one cleans up, even after `interrupt` is aborted. */
export function createRealTypeformChecks(
  target: VerifyTarget,
  typeform: TypeformSide,
  interrupt: AbortSignal,
): Check[] {
  const run = new RealTypeformRun(target, typeform);
  const check = (
    id: RealTypeformId,
    title: string,
    needs: readonly RealTypeformId[],
    look: (run: RealTypeformRun, signal: AbortSignal) => Promise<Finding> | Finding,
  ): LinkedCheck<RealTypeformId> => ({
    id,
    title,
    severity: 'block',
    needs,
    run: async (signal) => look(run, signal),
  });
  const checks = [
    check('real-typeform.account', 'the account is a real one', [], account),
    check('real-typeform.form', 'Typeform shows the form', [], form),
    check('real-typeform.registered', 'the service registers a webhook', ['real-typeform.form'], registered),
    check('real-typeform.listed', 'Typeform lists the webhook', ['real-typeform.registered'], listed),
    check('real-typeform.delivered', 'a test delivery is stored', ['real-typeform.listed'], delivered),
    check('real-typeform.deleted', 'the service deletes the webhook', ['real-typeform.registered'], deleted),
    check('real-typeform.cleanup', 'everything that verify created is removed', [], cleanUpAtTypeform),
  ];
  return linkChecks(checks, interrupt, 'real-typeform.cleanup');
}

function account({ typeform }: RealTypeformRun): Finding {
  const { hostname, origin } = new URL(typeform.baseUrl);
  if (TYPEFORM_HOSTS.includes(hostname)) return passed(`the API at ${hostname}`);
  return skipped(
    `the API at ${origin} is a sandbox, not a Typeform account`,
    'run this with the TYPEFORM_API_KEY of the production account',
    'warn',
  );
}

async function form({ typeform }: RealTypeformRun, signal: AbortSignal): Promise<Finding> {
  const { id, title } = await typeform.api.getForm(typeform.formId, interactive(signal));
  return passed(`${id} "${title}"`);
}

async function registered(run: RealTypeformRun, signal: AbortSignal): Promise<Finding> {
  const answer = await run.register();
  signal.throwIfAborted();
  const { id, url } = jsonOf(answer);
  if (answer.status !== 201 || typeof id !== 'string' || typeof url !== 'string') {
    const remedy = answer.status === 401 || answer.status === 403 ? ADMIN_KEY : "see the service's log";
    return failed(`POST /v1/webhooks was answered ${answer.status}${problemOf(answer)}`, remedy);
  }
  run.webhook = { id, url };
  return passed(`webhook ${id} with the tag ${TAG}, disabled`);
}

async function listed(run: RealTypeformRun, signal: AbortSignal): Promise<Finding> {
  const remote = await run.atTypeform(signal);
  if (remote === null)
    return failed(
      `Typeform lists no webhook with the tag ${TAG}`,
      'make sure that the service has the same TYPEFORM_API_KEY and TYPEFORM_API_BASE_URL as this environment',
    );
  const wrong = differences(run, remote);
  if (wrong.length > 0) return failed(`Typeform has a different ${wrong.join(' and ')}`, "see the service's log");
  return passed(`Typeform lists it with the URL ${remote.url}`);
}

function differences({ webhook }: RealTypeformRun, remote: RemoteWebhook): string[] {
  return [...(remote.url === webhook?.url ? [] : ['url']), ...(remote.enabled ? ['enabled'] : [])];
}

async function delivered(run: RealTypeformRun, signal: AbortSignal): Promise<Finding> {
  const { webhook } = run;
  if (!webhook) throw new Error('no webhook was registered');
  const event = run.newEvent('real');
  const answer = await run.deliverTo(webhook.url, run.secret, event, signal);
  if (answer.status !== 200 || jsonOf(answer).status !== 'accepted') {
    return failed(
      `${webhook.url} answered ${answer.status}${problemOf(answer)}`,
      'check PUBLIC_URL of the service and the proxy and load balancer behind it',
    );
  }
  const stored = await run.admin('GET', `/v1/deliveries/${event.eventId}`, signal);
  if (stored.status === 200 && jsonOf(stored).webhookId === webhook.id) {
    return passed(`200 accepted after ${Math.round(answer.ms)} ms, stored as ${event.eventId}`);
  }
  return failed(
    `200 accepted, but GET /v1/deliveries/${event.eventId} was answered ${stored.status}`,
    'make sure that --url and PUBLIC_URL lead to the same service',
  );
}

async function deleted(run: RealTypeformRun, signal: AbortSignal): Promise<Finding> {
  const { status } = await run.remove(run.webhook?.id ?? '', signal);
  if (status !== 204) return failed(`DELETE /v1/webhooks was answered ${status}`, "see the service's log");
  const left = await run.atTypeform(signal);
  return left === null
    ? passed('Typeform no longer lists it')
    : failed('Typeform still lists it', "see the service's log");
}
