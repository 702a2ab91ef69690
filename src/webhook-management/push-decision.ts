/** Decides what to send to Typeform for one form and tag, from what is stored at that moment. Pure. */
import { losesSubmissions } from './repair-backoff';
import { haveSameSettings } from './webhook-state';
import type { Webhook } from './webhook.entity';

/** A place at Typeform: it holds one webhook or none. */
export interface Target {
  formId: string;
  tag: string;
}

/** A state that a call brings to Typeform. `webhookId` null: the deletion of a webhook that is none of ours, or several states. */
export interface Version {
  webhookId: string | null;
  revision: number | null;
}

/** What is known about a place at Typeform. */
export interface PushState {
  /** How many calls have begun. */
  calls: number;
  /** The call whose outcome is not recorded yet. `lapsed`: whoever made it has certainly given it up. */
  call: (Version & { lapsed: boolean }) | null;
  /** Calls whose outcome is unknown. `over`: none of them can take effect any more. */
  doubt: (Version & { over: boolean }) | null;
  /** What should be there: the webhook that is not removed, or else the removed one that may still be there. */
  webhook: Webhook | null;
}

/**
 * Why somebody wants Typeform to be written to: a change was `made` here; something may be `due`; or Typeform's copy was seen to be wrong
 * (`repair`) or to be none of ours (`stray`) when `calls` calls had begun: one that began since has made that observation worthless. The pusher counts its own failed
 * calls on.
 */
export type Goal =
  | { kind: 'made'; webhook: Webhook }
  | { kind: 'due' }
  | { kind: 'repair'; calls: number }
  | { kind: 'stray'; calls: number };

/** `refused`: Typeform has refused just what was made. `wait`: another call is under way, or a refused change is being taken back. */
export type Step = 'nothing' | 'put' | 'delete' | 'wait' | 'refused';

/** What a webhook's secret is, whatever it is sealed with. */
export type SecretOf = (webhook: Webhook) => string;

const asSealed: SecretOf = ({ secret }) => secret;

/** The next step towards a goal. Without `secretOf`, a refused change whose secret was sealed anew meanwhile counts as another one. */
export function nextStep(state: PushState, goal: Goal, secretOf: SecretOf = asSealed): Step {
  const { webhook } = state;
  if (goal.kind === 'made') {
    // The place belongs to another webhook by now, or to none.
    if (webhook?.id !== goal.webhook.id) return 'nothing';
    if (webhook.pushedRevision === webhook.revision) return 'nothing';
    if (webhook.refusedRevision === webhook.revision) {
      return isSameState(webhook, goal.webhook, secretOf) ? 'refused' : 'wait';
    }
  }
  if (state.call && !state.call.lapsed) return 'wait';
  if (goal.kind === 'stray') {
    const ours = webhook !== null && webhook.removedAt === null;
    return ours || state.calls !== goal.calls ? 'nothing' : 'delete';
  }
  const wrong = goal.kind === 'repair' && state.calls === goal.calls;
  if (webhook === null || !(wrong || isDue(state))) return 'nothing';
  return webhook.removedAt === null ? 'put' : 'delete';
}

/** Whether Typeform may have something else than what is wanted, and a call now would settle it. */
export function isDue({ webhook, doubt, call }: PushState): boolean {
  if (webhook === null) return false;
  if (webhook.pushedRevision !== webhook.revision || call?.lapsed === true) return true;
  // Without such a doubt nothing would ever end what is pending but this call.
  return doubt !== null && staysPending(doubt, webhook) ? doubt.over : webhook.pending;
}

/** What is in doubt once the outcome of a call stays unknown. */
export function doubtAbout({ webhookId, revision }: Version, earlier: Version | null): Version {
  const same = earlier === null || (earlier.webhookId === webhookId && earlier.revision === revision);
  return same ? { webhookId, revision } : { webhookId: null, revision: null };
}

/**
 * Whether a confirmed call leaves it open what Typeform will have: an earlier call of another state may still take effect.
 * One of the same state changes nothing.
 */
export function staysPending(doubt: Version | null, webhook: Pick<Webhook, 'id' | 'revision'>): boolean {
  return doubt !== null && !isVersionOf(doubt, webhook);
}

/** Whether an earlier call may have applied everything in the row except `enabled`: a refusal of the next call does not reveal Typeform's state. */
export function isMadeButOff(webhook: Pick<Webhook, 'pushedRevision' | 'drift'> | null): boolean {
  return webhook !== null && webhook.pushedRevision === 0 && webhook.drift.some(losesSubmissions);
}

/** Whether two rows want the same at Typeform. */
export function isSameState(one: Webhook, other: Webhook, secretOf: SecretOf): boolean {
  const same = secretOf(one) === secretOf(other) && (one.removedAt === null) === (other.removedAt === null);
  return same && haveSameSettings(one, other);
}

function isVersionOf(version: Version, { id, revision }: Pick<Webhook, 'id' | 'revision'>): boolean {
  return version.webhookId === id && version.revision === revision;
}
