/** Whether TYPEFORM_API_KEY will do, for whoever starts the service. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { probeScopes, scopeRemedy } from './key-scopes';
import { TypeformAccount } from './typeform-account';
import { CallOptions, TypeformApi } from './typeform-api';
import { TypeformError } from './typeform-error';

/** With retries; an account that is busy makes the calls wait. */
const PATIENCE_MS = 120_000;

export interface KeyFinding {
  ok: boolean;
  /** A sentence for the log, with the remedy. */
  text: string;
}

@Injectable()
export class TypeformKeyCheck {
  constructor(
    private readonly api: TypeformApi,
    private readonly account: TypeformAccount,
  ) {}

  /** Asks Typeform, after everything more urgent. The deletions name a webhook and a response that do not exist. Never throws. */
  async run(): Promise<KeyFinding> {
    const call: CallOptions = { priority: 'background', signal: AbortSignal.timeout(PATIENCE_MS) };
    try {
      return await this.look(call);
    } catch (error) {
      const away = !(error instanceof TypeformError) || error.remoteStatus === null;
      const why = error instanceof Error ? error.message : 'unknown error';
      return { ok: false, text: away ? `TYPEFORM_API_KEY could not be checked: ${why}` : why };
    }
  }

  private async look(call: CallOptions): Promise<KeyFinding> {
    const { baseUrl } = this.account;
    const { totalItems, items } = await this.api.listForms({ pageSize: 1 }, call);
    const formId = items[0]?.id;
    if (formId === undefined) {
      const remedy = 'if the account has forms, TYPEFORM_API_BASE_URL is the host of another region';
      return { ok: false, text: `${baseUrl} accepts TYPEFORM_API_KEY, but shows it no form: ${remedy}` };
    }
    // Throws for the wrong region.
    await this.api.getForm(formId, call);
    const nothing = `start-${randomUUID()}`;
    const { missing, unknown } = await probeScopes({
      'webhooks:read': () => this.api.listWebhooks(formId, call),
      'webhooks:write': () => this.api.deleteWebhook(formId, nothing, call),
      'responses:read': () => this.api.listResponses(formId, { includedIds: [nothing] }, call),
      'responses:write': () => this.api.deleteResponses(formId, [nothing], call),
    });
    if (missing.length > 0)
      return { ok: false, text: `TYPEFORM_API_KEY lacks ${missing.join(', ')}: ${scopeRemedy(missing)}` };
    const rest = unknown.length > 0 ? `not checked: ${unknown.join(', ')}` : 'it has every scope';
    return { ok: unknown.length === 0, text: `${baseUrl} accepts TYPEFORM_API_KEY (${totalItems} form(s)); ${rest}` };
  }
}
