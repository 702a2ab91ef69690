/** The port to Typeform's API: everything this service asks of it. Injection token of the client. */
import type { Priority } from './pace/typeform-call.entity';
import type { RemoteForm, RemoteResponsePage, RemoteWebhook } from './typeform-schemas';

/** How urgent a call is. Interactive calls go first and give up soon; background calls wait and try longer. */
export interface CallOptions {
  priority: Priority;
  signal?: AbortSignal;
  /** The request that the call is made for, as the log should say; null when the service acts by itself. */
  requestId?: string | null;
}

/** What a PUT changes; what is left out stays as it is, and on creation gets Typeform's default (`enabled`: false). */
export interface WebhookChange {
  url?: string;
  enabled?: boolean;
  secret?: string;
  verifySsl?: boolean;
  eventTypes?: Readonly<Record<string, boolean>>;
}

export type ResponseType = 'started' | 'partial' | 'completed';

/** Which responses; newest first. `before` and `after` are tokens, exclusive; times are inclusive and of whole seconds. */
export interface ResponseQuery {
  /** 1 to 1000; Typeform's default is 25. */
  pageSize?: number;
  since?: Date;
  until?: Date;
  before?: string;
  after?: string;
  /** Typeform's default: completed only. */
  types?: readonly ResponseType[];
  includedIds?: readonly string[];
}

/**
 * Every method waits for its turn (at most 2 calls a second over all replicas), repeats what may pass by itself, and throws
 * TypeformError (`typeform_error`, `typeform_timeout`) with Typeform's own code and description; DomainError
 * `validation_failed` for ids that cannot be ones, `typeform_timeout` when too many calls wait, `shutting_down`; the error of
 * the database, without which nothing is sent; or the reason of the signal.
 */
export abstract class TypeformApi {
  /** Checks that the key is accepted and may read forms; returns how many forms it sees. */
  abstract countForms(options: CallOptions): Promise<number>;

  /** The form. `WRONG_REGION` when its responses are kept at another host than the one we call. */
  abstract getForm(formId: string, options: CallOptions): Promise<RemoteForm>;

  abstract listWebhooks(formId: string, options: CallOptions): Promise<RemoteWebhook[]>;

  /** null when the form has no webhook of this tag; a form that is not there is an error. */
  abstract getWebhook(formId: string, tag: string, options: CallOptions): Promise<RemoteWebhook | null>;

  /** Creates or changes a webhook. */
  abstract putWebhook(formId: string, tag: string, change: WebhookChange, options: CallOptions): Promise<RemoteWebhook>;

  /** Already gone is success. */
  abstract deleteWebhook(formId: string, tag: string, options: CallOptions): Promise<void>;

  /** One page of responses, after making sure that we ask the host that has them. */
  abstract listResponses(formId: string, query: ResponseQuery, options: CallOptions): Promise<RemoteResponsePage>;

  /** Asks Typeform to delete responses, which it does later; unknown ids are ignored. Any number of ids. */
  abstract deleteResponses(formId: string, ids: readonly string[], options: CallOptions): Promise<void>;
}
