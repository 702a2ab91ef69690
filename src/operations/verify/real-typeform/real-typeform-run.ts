/** One run of verify against a form of a Typeform account: its calls to the service and to Typeform. */
import { randomBytes } from 'node:crypto';
import type { CallOptions, TypeformApi } from '../../../typeform/typeform-api';
import type { RemoteWebhook } from '../../../typeform/typeform-schemas';
import type { HttpAnswer } from '../../http-client';
import { itemsOf, jsonOf, VerifyRun } from '../verify-run';
import type { VerifyTarget } from '../verify-target';

/** No user's webhook has this tag. */
export const TAG = 'onboarding-verify';

const SECRET_BYTES = 32;
/** The service waits for its turn to call Typeform, and for the answer. */
const TIMEOUT_MS = 60_000;

/** The account, as this environment reaches it without the service. */
export interface TypeformSide {
  api: Pick<TypeformApi, 'getForm' | 'listWebhooks' | 'deleteWebhook'>;
  baseUrl: string;
  formId: string;
}

export class RealTypeformRun extends VerifyRun {
  readonly secret = randomBytes(SECRET_BYTES).toString('base64url');
  /** Known once it is registered. */
  webhook: { id: string; url: string } | null = null;
  private registering: Promise<HttpAnswer> | null = null;

  constructor(
    target: VerifyTarget,
    readonly typeform: TypeformSide,
  ) {
    super(target);
  }

  /** Registers the webhook, after one that an earlier run may have left. Not cut off by a signal: the service would carry on. */
  register(): Promise<HttpAnswer> {
    this.registering ??= this.registerAnew();
    return this.registering;
  }

  /** Waits for a registration in progress, whether it succeeds or fails. */
  async registrationEnded(): Promise<void> {
    await this.registering?.catch(() => undefined);
  }

  /** Ids of the webhooks with our tag that the service has for the form; null when it does not answer. */
  async atService(signal?: AbortSignal): Promise<string[] | null> {
    const path = `/v1/webhooks?formId=${this.typeform.formId}&limit=200`;
    const items = itemsOf(await this.admin('GET', path, signal));
    return items && items.filter(({ tag, status }) => tag === TAG && status !== 'removed').map(({ id }) => String(id));
  }

  /** Deletes a webhook through the service: 204, even when Typeform no longer had it. */
  remove(id: string, signal?: AbortSignal): Promise<HttpAnswer> {
    return this.admin('DELETE', `/v1/webhooks/${id}`, signal, { timeoutMs: TIMEOUT_MS });
  }

  /** The webhook as Typeform has it; null when it has none. Throws TypeformError. */
  async atTypeform(signal: AbortSignal): Promise<RemoteWebhook | null> {
    const webhooks = await this.typeform.api.listWebhooks(this.typeform.formId, interactive(signal));
    return webhooks.find(({ tag }) => tag === TAG) ?? null;
  }

  private async registerAnew(): Promise<HttpAnswer> {
    for (const id of (await this.atService()) ?? []) await this.remove(id);
    const body = { form: this.typeform.formId, tag: TAG, enabled: false, secret: this.secret };
    return this.admin('POST', '/v1/webhooks', undefined, { body, timeoutMs: TIMEOUT_MS });
  }
}

/** Calls that a person waits for. */
export const interactive = (signal: AbortSignal): CallOptions => ({ priority: 'interactive', signal });

/** What a problem document says; empty for any other answer. */
export function problemOf(answer: HttpAnswer): string {
  const { detail } = jsonOf(answer);
  return typeof detail === 'string' ? `: ${detail}` : '';
}
