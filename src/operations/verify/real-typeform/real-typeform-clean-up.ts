/** Removes what a run at Typeform left, wherever the run ended. */
import { failed, Finding, passed } from '../../check';
import { cleanUp } from '../clean-up';
import { interactive, RealTypeformRun, TAG } from './real-typeform-run';

/** Throws Typeform's error when it cannot be asked. */
export async function cleanUpAtTypeform(run: RealTypeformRun, signal: AbortSignal): Promise<Finding> {
  await run.registrationEnded();
  const problem = await removeThroughService(run, signal).catch(messageOf);
  // The service failed, or uses another account: then the webhook is deleted without it.
  const left = await run.atTypeform(signal);
  if (left !== null) await run.typeform.api.deleteWebhook(run.typeform.formId, TAG, interactive(signal));
  const deliveries = await cleanUp(run, signal)
    .catch((error: unknown) => failed(messageOf(error), 'run verify again when the service answers'))
    .finally(() => run.http.close());
  if (problem !== null) {
    return failed(
      `Typeform no longer has a webhook ${TAG}, but the service may restore it (${problem})`,
      `find it with GET /v1/webhooks?formId=${run.typeform.formId} and delete it with DELETE /v1/webhooks/{id}`,
    );
  }
  return deliveries.result === 'pass' ? passed(`Typeform has no webhook ${TAG}; ${deliveries.evidence}`) : deliveries;
}

/** Why the service may still want the webhook; null when it does not. */
async function removeThroughService(run: RealTypeformRun, signal: AbortSignal): Promise<string | null> {
  const ids = await run.atService(signal);
  if (ids === null) return 'the service did not list its webhooks';
  for (const id of ids) {
    const { status } = await run.remove(id, signal);
    if (status !== 204) return `deleting webhook ${id} was answered ${status}`;
  }
  return null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
