/** Whether TYPEFORM_API_KEY will do, for whoever starts the service. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { counted } from '../core/counted';
import { probeScopes, scopeRemedy, type ScopeFindings } from './key-scopes';
import { TypeformAccount } from './typeform-account';
import { CallOptions, TypeformApi } from './typeform-api';
import { TypeformError } from './typeform-error';

/** With retries; an account that is busy makes the calls wait. */
const PATIENCE_MS = 120_000;
/** What to do when the account has forms that the key cannot see. */
export const NO_FORM_REMEDY = 'if the account has forms, TYPEFORM_API_BASE_URL is the host of another region';

export interface KeyFinding {
  ok: boolean;
  /** A sentence for the log, with the remedy. */
  text: string;
}

/** What was found out about the key, as far as it could be. */
export interface KeyExamination {
  baseUrl: string;
  /** How many forms the key can see; null when Typeform did not say. */
  forms: number | null;
  /** Null when they could not be tested: without a form, or after a failure. */
  scopes: ScopeFindings | null;
  /** Why the check is incomplete. `away`: Typeform did not answer about the key. */
  failure: { at: 'key' | 'region' | 'scopes'; message: string; away: boolean } | null;
}

@Injectable()
export class TypeformKeyCheck {
  constructor(
    private readonly api: TypeformApi,
    private readonly account: TypeformAccount,
  ) {}

  /** Asks Typeform, after everything more urgent. Never throws. */
  async run(): Promise<KeyFinding> {
    const found = await this.examine({ priority: 'background', signal: AbortSignal.timeout(PATIENCE_MS) });
    const { baseUrl, forms, scopes, failure } = found;
    if (failure !== null) {
      const { message, away } = failure;
      return { ok: false, text: away ? `TYPEFORM_API_KEY could not be checked: ${message}` : message };
    }
    if (scopes === null) {
      return { ok: false, text: `${baseUrl} accepts TYPEFORM_API_KEY, but shows it no form: ${NO_FORM_REMEDY}` };
    }
    const { missing, unknown } = scopes;
    if (missing.length > 0)
      return { ok: false, text: `TYPEFORM_API_KEY lacks ${missing.join(', ')}: ${scopeRemedy(missing)}` };
    const rest = unknown.length > 0 ? `not checked: ${unknown.join(', ')}` : 'it has every scope';
    return {
      ok: unknown.length === 0,
      text: `${baseUrl} accepts TYPEFORM_API_KEY (${counted(forms ?? 0, 'form')}); ${rest}`,
    };
  }

  /** Makes a few calls that change nothing: the deletions name a webhook and a response that do not exist. Never throws. */
  async examine(call: CallOptions): Promise<KeyExamination> {
    const found: KeyExamination = { baseUrl: this.account.baseUrl, forms: null, scopes: null, failure: null };
    let at: 'key' | 'region' | 'scopes' = 'key';
    try {
      const { totalItems, items } = await this.api.listForms({ pageSize: 1 }, call);
      found.forms = totalItems;
      const formId = items[0]?.id;
      if (formId === undefined) return found;
      at = 'region';
      await this.api.getForm(formId, call);
      at = 'scopes';
      found.scopes = await this.probe(formId, call);
    } catch (error) {
      const away = !(error instanceof TypeformError) || error.remoteStatus === null;
      found.failure = { at, message: error instanceof Error ? error.message : 'unknown error', away };
    }
    return found;
  }

  private probe(formId: string, call: CallOptions): Promise<ScopeFindings> {
    const nothing = `start-${randomUUID()}`;
    return probeScopes({
      'webhooks:read': () => this.api.listWebhooks(formId, call),
      'webhooks:write': () => this.api.deleteWebhook(formId, nothing, call),
      'responses:read': () => this.api.listResponses(formId, { includedIds: [nothing] }, call),
      'responses:write': () => this.api.deleteResponses(formId, [nothing], call),
    });
  }
}
