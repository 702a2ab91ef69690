/** Checklist, "Functional Testing": a signed webhook goes in, its record comes out, anything else is refused. */
import { sign } from '../../core/signature';
import { failed, Finding, passed } from '../check';
import type { HttpAnswer } from '../http-client';
import { ADMIN_KEY } from './common-findings';
import type { LinkedCheck } from './link-checks';
import type { VerifyId } from './verify-ids';
import type { ProbeEvent } from './probe-event';
import { itemsOf, jsonOf, VerifyRun } from './verify-run';

export function webhookChecks(run: VerifyRun): LinkedCheck<VerifyId>[] {
  return [
    {
      id: 'webhook.accepted',
      title: 'a signed webhook is accepted',
      severity: 'block',
      needs: ['service.started'],
      run: (signal) => accepted(run, signal),
    },
    {
      id: 'webhook.tampered-refused',
      title: 'a tampered webhook is rejected',
      severity: 'block',
      needs: ['webhook.accepted'],
      run: (signal) => tampered(run, signal),
    },
    {
      id: 'webhook.unsigned-refused',
      title: 'a webhook without a signature is rejected',
      severity: 'block',
      needs: ['webhook.accepted'],
      run: (signal) => unsigned(run, signal),
    },
    {
      id: 'webhook.record-created',
      title: 'the webhook becomes a client record',
      severity: 'block',
      needs: ['webhook.accepted'],
      run: (signal) => recordCreated(run, signal),
    },
  ];
}

async function accepted(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  // A key that is none would leave behind what is sent.
  const { status: asAdmin } = await run.admin('GET', '/v1/api-keys', signal);
  if (asAdmin === 401 || asAdmin === 403)
    return failed(`nothing was sent: the admin API answered ${asAdmin}`, ADMIN_KEY);
  const event = run.newEvent('first');
  const answer = await run.deliver(event, signal);
  const { status, eventId } = jsonOf(answer);
  if (answer.status === 200 && status === 'accepted' && eventId === event.eventId) {
    run.accepted = event;
    return passed(`200 accepted after ${Math.round(answer.ms)} ms, event ${event.eventId}`);
  }
  const said = typeof status === 'string' ? ` ${status}` : '';
  return failed(`answered ${answer.status}${said}`, REMEDIES[answer.status] ?? "find the request in the service's log");
}

const REMEDIES: Partial<Record<number, string>> = {
  200: 'this answer is not from the service: find out what is in front of it',
  401: 'use the secret that the service has: --secret, or TYPEFORM_WEBHOOK_SECRET in this environment',
  404: '--url must be the base URL of the service, without /webhooks',
  429: 'this address already sends too much: wait, or raise THROTTLE_LIMIT',
  503: 'the service cannot commit events: see service.health and service.database; a process that is shutting down or has WORKER_MODE=processor also answers 503',
};

async function tampered(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const event = run.newEvent('tampered');
  const changed = Buffer.from(event.body.toString().replace('Verify Example', 'Mallory Example'));
  return refused(run, event, await run.deliverForged(changed, sign(run.target.secret, event.body), signal), signal);
}

async function unsigned(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const event = run.newEvent('unsigned');
  return refused(run, event, await run.deliverForged(event.body, null, signal), signal);
}

/** Refused with 401, and not stored. */
async function refused(run: VerifyRun, event: ProbeEvent, answer: HttpAnswer, signal: AbortSignal): Promise<Finding> {
  const remedy =
    'take the service offline, since anyone could submit; find out whether something in front of it answers in its place';
  if (answer.status !== 401) return failed(`answered ${answer.status} instead of 401`, remedy);
  const stored = await run.admin('GET', `/v1/deliveries/${event.eventId}`, signal);
  if (stored.status === 404) return passed('rejected with 401, and not stored');
  if (stored.status === 200) return failed('answered 401, but stored', remedy);
  return failed(
    `401, but whether it was stored could not be looked up: the admin API answered ${stored.status}`,
    ADMIN_KEY,
  );
}

async function recordCreated(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const { accepted: event } = run;
  if (!event) throw new Error('no event was accepted');
  const startedAt = performance.now();
  let last: HttpAnswer | undefined;
  const client = await run.poll(
    async () => {
      last = await run.admin('GET', `/v1/clients?email=${encodeURIComponent(event.email)}`, signal);
      // Retrying with a refused key would only be throttled.
      return last.status === 200 ? (itemsOf(last)?.[0] ?? null) : last;
    },
    run.target.patienceMs,
    signal,
  );
  if (last?.status !== 200) return failed(`the admin API answered ${last?.status ?? 'nothing'}`, ADMIN_KEY);
  if (client) return passed(`its client record was there ${Math.round(performance.now() - startedAt)} ms later`);
  const delivery = jsonOf(await run.admin('GET', `/v1/deliveries/${event.eventId}`, signal));
  const { status, reason, lastError } = delivery;
  const why = [status, reason, lastError].filter((part) => typeof part === 'string').join(', ');
  return failed(
    `no client record after ${run.target.patienceMs / 1000} s; the event is ${why || 'unknown'}`,
    status === 'pending'
      ? 'turn processing on: WEBHOOK_PROCESSING_ENABLED must not be false, and one process needs WORKER_MODE all or processor'
      : `see GET /v1/deliveries/${event.eventId}`,
  );
}
