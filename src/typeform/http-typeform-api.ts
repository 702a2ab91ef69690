/** Typeform's API over HTTP. */
import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { requireRegion } from './region';
import { TypeformAccount } from './typeform-account';
import { CallOptions, DecidedInTurn, FormQuery, ResponseQuery, TypeformApi, WebhookChange } from './typeform-api';
import { RemoteCall, TypeformCaller } from './typeform-caller';
import { TypeformError } from './typeform-error';
import { TypeformMetrics } from './typeform-metrics';
import { formPath, responseIds, responsesPath, webhookPath, webhooksPath } from './typeform-paths';
import {
  anythingSchema,
  formPageSchema,
  formSchema,
  RemoteForm,
  RemoteFormPage,
  RemoteResponsePage,
  RemoteWebhook,
  responsePageSchema,
  webhookListSchema,
  webhookSchema,
} from './typeform-schemas';

/** A form does not move to another region; it is rechecked occasionally all the same. */
const REGION_KNOWN_FOR_MS = 3_600_000;
const MAX_KNOWN_FORMS = 1_000;
/** Typeform accepts 1000, but that many ids make a URL longer than servers and proxies accept. */
const IDS_PER_CALL = 100;

@Injectable()
export class HttpTypeformApi extends TypeformApi {
  private readonly logger = new Logger('Typeform');
  /** Forms whose responses are kept at the host that we call. */
  private readonly atOurHost = new LRUCache<string, true>({ max: MAX_KNOWN_FORMS, ttl: REGION_KNOWN_FOR_MS });

  constructor(
    private readonly caller: TypeformCaller,
    private readonly account: TypeformAccount,
    private readonly metrics: TypeformMetrics,
  ) {
    super();
  }

  async countForms(options: CallOptions): Promise<number> {
    const query = { page_size: '1' };
    const call = { ...options, operation: 'list_forms', method: 'GET', path: '/forms', query } as const;
    return (await this.caller.call(call, formPageSchema)).totalItems;
  }

  async listForms({ search, page, pageSize }: FormQuery, options: CallOptions): Promise<RemoteFormPage> {
    const query = { search, page: page?.toString(), page_size: pageSize?.toString() };
    const call = { ...options, operation: 'list_forms', method: 'GET', path: '/forms', query } as const;
    return this.readable(call, await this.caller.call(call, formPageSchema));
  }

  async getForm(formId: string, options: CallOptions): Promise<RemoteForm> {
    const call = { ...options, operation: 'get_form', method: 'GET', path: formPath(formId) } as const;
    const form = await this.caller.call(call, formSchema);
    requireRegion(form.responsesUrl, this.account.baseUrl);
    this.atOurHost.set(formId, true);
    return form;
  }

  async listWebhooks(formId: string, options: CallOptions): Promise<RemoteWebhook[]> {
    const call = { ...options, operation: 'list_webhooks', method: 'GET', path: webhooksPath(formId) } as const;
    return this.readable(call, await this.caller.call(call, webhookListSchema)).items;
  }

  async getWebhook(formId: string, tag: string, options: CallOptions): Promise<RemoteWebhook | null> {
    const call = { ...options, operation: 'get_webhook', method: 'GET', path: webhookPath(formId, tag) } as const;
    return this.caller.call(call, webhookSchema).catch((error: unknown) => {
      if (isNotFound(error) && error.remoteCode !== 'FORM_NOT_FOUND') return null;
      throw error;
    });
  }

  async putWebhook(
    formId: string,
    tag: string,
    decide: DecidedInTurn<WebhookChange>,
    options: CallOptions,
  ): Promise<RemoteWebhook | null> {
    const inTurn = async () => {
      const change = await decide();
      if (change === null) return null;
      const { url, enabled, secret, verifySsl, eventTypes } = change;
      // JSON omits undefined members, so Typeform keeps their values.
      return { body: { url, enabled, secret, verify_ssl: verifySsl, event_types: eventTypes } };
    };
    const call = { ...options, operation: 'put_webhook', method: 'PUT', path: webhookPath(formId, tag) } as const;
    return this.caller.callDecided({ ...call, inTurn }, webhookSchema);
  }

  async deleteWebhook(
    formId: string,
    tag: string,
    options: CallOptions,
    decide?: DecidedInTurn<true>,
  ): Promise<boolean> {
    const call = { ...options, operation: 'delete_webhook', method: 'DELETE', path: webhookPath(formId, tag) } as const;
    const inTurn = decide && (async () => ((await decide()) === null ? null : {}));
    const answer = inTurn
      ? this.caller.callDecided(
          { ...call, inTurn },
          anythingSchema.transform(() => true as const),
        )
      : this.caller.call(call, anythingSchema).then(() => true as const);
    const sent = await answer.catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
      return true;
    });
    return sent !== null;
  }

  async listResponses(formId: string, wanted: ResponseQuery, options: CallOptions): Promise<RemoteResponsePage> {
    const path = responsesPath(formId);
    const query = {
      page_size: wanted.pageSize?.toString(),
      since: wanted.since && wholeSeconds(wanted.since),
      until: wanted.until && wholeSeconds(wanted.until),
      before: wanted.before,
      after: wanted.after,
      response_type: wanted.types?.join(','),
      included_response_ids: wanted.includedIds && responseIds(wanted.includedIds),
    };
    await this.requireOurHost(formId, options);
    const call = { ...options, operation: 'list_responses', method: 'GET', path, query } as const;
    return this.caller.call(call, responsePageSchema);
  }

  async deleteResponses(formId: string, ids: readonly string[], options: CallOptions): Promise<void> {
    const path = responsesPath(formId);
    responseIds(ids);
    // The wrong host would delete nothing and return no error.
    if (ids.length > 0) await this.requireOurHost(formId, options);
    for (let at = 0; at < ids.length; at += IDS_PER_CALL) {
      const query = { included_response_ids: responseIds(ids.slice(at, at + IDS_PER_CALL)) };
      const call = { ...options, operation: 'delete_responses', method: 'DELETE', path, query } as const;
      await this.caller.call(call, anythingSchema);
    }
  }

  /** Says that items of an answer were left out: in the log without their values, as a metric, and to the caller. */
  private readable<List extends { unreadable: number; unreadableWhy: string | null }>(
    { operation, path, requestId, onUnreadable }: RemoteCall,
    list: List,
  ): List {
    const { unreadable: count, unreadableWhy: why } = list;
    if (count === 0) return list;
    this.metrics.unreadable(operation, count);
    this.logger.warn('Typeform sent items that cannot be read: they are left out', {
      ...{ operation, path, count, why, requestId: requestId ?? null },
    });
    onUnreadable?.(count);
    return list;
  }

  private async requireOurHost(formId: string, options: CallOptions): Promise<void> {
    if (!this.atOurHost.has(formId)) await this.getForm(formId, options);
  }
}

function isNotFound(error: unknown): error is TypeformError {
  return error instanceof TypeformError && error.failure === 'not_found';
}

/** In Typeform's time format. */
function wholeSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
