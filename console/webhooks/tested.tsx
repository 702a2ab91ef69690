import type { Schemas } from '../api/client';
import { Notice } from '../shared/states';

/** Why Typeform sends nothing to a webhook that the service accepts, in the words of this page; else the service's own. */
function obstacleOf({ enabled, status, pending }: Schemas['WebhookView'], problem: string): string {
  if (!enabled) return 'it is paused, so Typeform sends nothing. Enable it.';
  if (status === 'disabled_by_typeform') return 'it is disabled at Typeform, which sends nothing. Reconcile it.';
  if (status === 'missing' && !pending) return 'it is gone at Typeform, which sends nothing. Reconcile it.';
  return `there is a problem. ${problem}`;
}

/** What became of a test event. */
export function Tested({ result, webhook }: { result: Schemas['WebhookTestResult']; webhook: Schemas['WebhookView'] }) {
  const { status, latencyMs, stored, problem } = result;
  if (problem !== null && status === 200)
    return (
      <Notice bad={webhook.enabled}>The service accepts the webhook (200), but {obstacleOf(webhook, problem)}</Notice>
    );
  if (problem !== null)
    return (
      <Notice bad>
        The test did not come through (status {status ?? 'none'}). {problem}
      </Notice>
    );
  return (
    <Notice>
      The test came through: status {status} after {latencyMs} ms,{' '}
      {stored ? 'and it is stored' : 'but it is not stored'}.
    </Notice>
  );
}
