/** The port to Typeform's API: every call this service makes. Injection token of the client. */
import type { Priority } from './pace/typeform-call.entity';
import type { RemoteForm, RemoteFormPage, RemoteResponsePage, RemoteWebhook } from './typeform-schemas';

/** How urgent a call is. Interactive calls go first and give up soon; background calls wait and try longer. */
export interface CallOptions {
  priority: Priority;
  signal?: AbortSignal;
  /** The request that caused the call, for the log; null when the service acts on its own. */
  requestId?: string | null;
  /** Told when items of a list were left out because they could not be read. */
  onUnreadable?: (count: number) => void;
}

/** Which forms of the account: those whose title contains `search`, in Typeform's order. */
export interface FormQuery {
  search?: string;
  /** From 1. */
  page?: number;
  /** 1 to 200. */
  pageSize?: number;
}

/** What a PUT changes; omitted members stay unchanged, and on creation get Typeform's defaults (`enabled`: false). */
export interface WebhookChange {
  url?: string;
  enabled?: boolean;
  secret?: string;
  verifySsl?: boolean;
  eventTypes?: Readonly<Record<string, boolean>>;
}

/**
 * What a call sends, decided when its turn has come and right before it is sent, so that it is never out of date; null: nothing. Such a
 * call is tried once, and the caller decides anew.
 */
export type DecidedInTurn<T> = () => Promise<T | null>;

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
 * Every method waits for its turn (at most 2 calls a second over all replicas), retries transient failures, and throws
 * TypeformError (`typeform_error`, `typeform_timeout`) with Typeform's own code and description; DomainError
 * `validation_failed` for impossible ids, `typeform_timeout` when too many calls wait, `shutting_down`; the error of
 * the database, without which nothing is sent; or the signal's reason.
 */
export abstract class TypeformApi {
  /** Checks that the key is accepted and may read forms; returns how many forms it can see. */
  abstract countForms(options: CallOptions): Promise<number>;

  /** One page of the account's forms, most recently changed first. */
  abstract listForms(query: FormQuery, options: CallOptions): Promise<RemoteFormPage>;

  /** The form. `WRONG_REGION` when its responses are kept at another host than the one we call. */
  abstract getForm(formId: string, options: CallOptions): Promise<RemoteForm>;

  abstract listWebhooks(formId: string, options: CallOptions): Promise<RemoteWebhook[]>;

  /** null when the form has no webhook with this tag; a missing form is an error. */
  abstract getWebhook(formId: string, tag: string, options: CallOptions): Promise<RemoteWebhook | null>;

  /** Creates or changes a webhook. null when nothing was sent: `decide` said so, or the turn had passed when it had decided. */
  abstract putWebhook(
    formId: string,
    tag: string,
    decide: DecidedInTurn<WebhookChange>,
    options: CallOptions,
  ): Promise<RemoteWebhook | null>;

  /** Succeeds if it is already gone. With `decide`: false when nothing was sent, as for {@link putWebhook}. */
  abstract deleteWebhook(
    formId: string,
    tag: string,
    options: CallOptions,
    decide?: DecidedInTurn<true>,
  ): Promise<boolean>;

  /** One page of responses, after checking that we call the host that keeps them. */
  abstract listResponses(formId: string, query: ResponseQuery, options: CallOptions): Promise<RemoteResponsePage>;

  /** Asks Typeform to delete responses, which it does later; unknown ids are ignored. Any number of ids. */
  abstract deleteResponses(formId: string, ids: readonly string[], options: CallOptions): Promise<void>;
}
