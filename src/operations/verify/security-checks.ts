/** Checklist, "Security Validation": signatures, alerts, replay, audit. */
import { randomUUID } from 'node:crypto';
import { counted } from '../../core/counted';
import { sign } from '../../core/signature';
import { failed, Finding, passed } from '../check';
import { wrongSecretsSeen } from '../wrong-secrets';
import type { LinkedCheck } from './link-checks';
import type { VerifyId } from './verify-ids';
import { ADMIN_KEY, METRICS } from './common-findings';
import { itemsOf, jsonOf, VerifyRun } from './verify-run';

const WRONG_SECRETS = 'onboarding_webhooks_wrong_secret';
const KEY_LIFE_MS = 3_600_000;

export function securityChecks(run: VerifyRun): LinkedCheck<VerifyId>[] {
  return [
    {
      id: 'security.signature',
      title: 'no other signature is accepted',
      severity: 'block',
      needs: ['webhook.accepted'],
      run: (signal) => signatures(run, signal),
    },
    {
      id: 'security.replay',
      title: 'a replayed webhook changes nothing',
      severity: 'block',
      needs: ['webhook.accepted', 'webhook.record-created'],
      run: (signal) => replay(run, signal),
    },
    {
      id: 'security.audit',
      title: 'changes are recorded in the audit log',
      severity: 'block',
      needs: ['service.started'],
      run: (signal) => audit(run, signal),
    },
  ];
}

export function alertsCheck(run: VerifyRun): LinkedCheck<VerifyId> {
  return {
    id: 'security.alerts',
    title: 'no webhook has another secret at Typeform',
    severity: 'block',
    needs: ['service.started'],
    run: (signal) => alerts(run, signal),
  };
}

async function signatures(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const { body } = run.newEvent('forged');
  const right = sign(run.target.secret, body);
  const forgeries: Record<string, string> = {
    'another secret': sign(`${run.target.secret}x`, body),
    'no algorithm': right.replace('sha256=', ''),
    'nothing but the algorithm': 'sha256=',
  };
  const statuses: Record<string, number> = {};
  for (const [name, forgery] of Object.entries(forgeries)) {
    statuses[name] = (await run.deliverForged(body, forgery, signal)).status;
  }
  statuses['the secret of another endpoint'] = (
    await run.post(`${run.target.url}/webhooks/typeform/${randomUUID()}`, body, right, signal)
  ).status;
  const wrong = Object.entries(statuses).filter(([, status]) => status !== 401);
  if (wrong.length === 0) return passed(`401 for ${Object.keys(statuses).join(', ')}`);
  return failed(
    wrong.map(([name, status]) => `${name}: ${status}`).join('; '),
    'take the service offline, since anyone could submit; find out whether something in front of it answers in its place',
  );
}

async function replay(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const { accepted: event } = run;
  if (!event) throw new Error('no event was accepted');
  const answer = await run.deliver(event, signal);
  const { status } = jsonOf(answer);
  const remedy = 'stop the rollout: a submission must never count twice; see GET /v1/deliveries/<eventId>';
  if (answer.status !== 200 || status !== 'duplicate') {
    return failed(`the same event again was answered ${answer.status} ${String(status)}`, remedy);
  }
  const clients = itemsOf(await run.admin('GET', `/v1/clients?email=${encodeURIComponent(event.email)}`, signal));
  const responses = itemsOf(await run.admin('GET', `/v1/responses?clientId=${String(clients?.[0]?.id)}`, signal));
  const seen = (list: unknown[] | null, noun: string): string =>
    list ? counted(list.length, noun) : `${noun}s unknown`;
  const found = `200 duplicate, ${seen(clients, 'client')}, ${seen(responses, 'response')}`;
  return clients?.length === 1 && responses?.length === 1 ? passed(found) : failed(found, remedy);
}

async function audit(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const expiresAt = new Date(run.target.clock.now().getTime() + KEY_LIFE_MS).toISOString();
  const wish = { name: `verify ${run.id}`, role: 'viewer', expiresAt };
  const created = await run.admin('POST', '/v1/api-keys', signal, { body: wish });
  const { id, key } = jsonOf(created);
  if (created.status !== 201 || typeof id !== 'string' || typeof key !== 'string') {
    return failed(`creating an API key was answered ${created.status}`, ADMIN_KEY);
  }
  run.apiKeyIds.add(id);
  const works = await run.admin('GET', '/v1/forms?limit=1', signal, { key });
  const revoked = await run.admin('DELETE', `/v1/api-keys/${id}`, signal);
  if (revoked.status === 204) run.apiKeyIds.delete(id);
  const refused = await run.admin('GET', '/v1/forms?limit=1', signal, { key });
  if (works.status !== 200 || revoked.status !== 204 || refused.status !== 401) {
    return failed(
      `the new key was answered ${works.status}, its revocation ${revoked.status}, the revoked key ${refused.status}`,
      'stop the rollout: a revoked key must be rejected immediately',
    );
  }
  for (const action of ['api_key.created', 'api_key.revoked']) {
    const entries = itemsOf(await run.admin('GET', `/v1/audit?action=${action}&limit=20`, signal));
    if (!entries?.some(({ subject }) => subject === id)) {
      return failed(`${action} of the key ${id} is not in the audit log`, 'stop the rollout: changes are not recorded');
    }
  }
  const chain = jsonOf(await run.admin('GET', '/v1/audit/verify', signal));
  if (chain.valid === true)
    return passed(
      `creating and revoking a key were both recorded; the chain of ${counted(Number(chain.entries), 'entry', 'entries')} and its seals are intact`,
    );
  return failed(
    `the chain of the audit log is broken at entry ${String(chain.brokenAt)}: ${String(chain.problem)}`,
    'unless a key is missing, the audit log was tampered with: leave the database as it is and compare it with a backup',
  );
}

async function alerts(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const { metrics } = await run.metrics(signal);
  const wrong = metrics.sum(WRONG_SECRETS);
  if (wrong === null) return failed(`${WRONG_SECRETS} is missing`, METRICS);
  const found = wrongSecretsSeen(wrong);
  if (wrong === 0) return passed(found);
  return failed(found, 'GET /v1/overview names them (wrongSecrets); rotate their secrets, which sets both sides');
}
