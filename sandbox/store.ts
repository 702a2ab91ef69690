import type { Form, Submission, Webhook } from './model';

/** A response as the Responses API keeps it. */
export interface StoredResponse {
  submission: Submission;
  /** Simulated time at which an asynchronous deletion takes effect. */
  deletedAtMs?: number;
}

/** Everything the account holds, in memory: forms, their webhooks, their responses (one per form and token). */
export class Store {
  private readonly formsById = new Map<string, Form>();
  private readonly webhooksByForm = new Map<string, Map<string, Webhook>>();
  private readonly responsesByForm = new Map<string, Map<string, StoredResponse>>();

  /** Adds a form or replaces the one with the same id. */
  saveForm(form: Form): void {
    this.formsById.set(form.id, form);
  }

  form(id: string): Form | undefined {
    return this.formsById.get(id);
  }

  forms(): Form[] {
    return [...this.formsById.values()];
  }

  /** Removes a form with its webhooks and responses. */
  deleteForm(id: string): void {
    this.formsById.delete(id);
    this.webhooksByForm.delete(id);
    this.responsesByForm.delete(id);
  }

  saveWebhook(webhook: Webhook): void {
    const webhooks = this.webhooksByForm.get(webhook.formId) ?? new Map<string, Webhook>();
    this.webhooksByForm.set(webhook.formId, webhooks.set(webhook.tag, webhook));
  }

  webhook(formId: string, tag: string): Webhook | undefined {
    return this.webhooksByForm.get(formId)?.get(tag);
  }

  webhooks(formId: string): Webhook[] {
    return [...(this.webhooksByForm.get(formId)?.values() ?? [])];
  }

  deleteWebhook(formId: string, tag: string): void {
    this.webhooksByForm.get(formId)?.delete(tag);
  }

  /** Keeps one response per token: a partial never replaces a completed one; otherwise the new one replaces the old. */
  saveResponse(submission: Submission): void {
    const responses = this.responsesByForm.get(submission.formId) ?? new Map<string, StoredResponse>();
    this.responsesByForm.set(submission.formId, responses);
    const known = responses.get(submission.token)?.submission;
    if (known?.type === 'completed' && submission.type !== 'completed') return;
    responses.delete(submission.token);
    responses.set(submission.token, { submission });
  }

  response(formId: string, token: string): StoredResponse | undefined {
    return this.responsesByForm.get(formId)?.get(token);
  }

  /** In the order in which they were saved. */
  responses(formId: string): StoredResponse[] {
    return [...(this.responsesByForm.get(formId)?.values() ?? [])];
  }

  /** Back to an empty account. */
  clear(): void {
    this.formsById.clear();
    this.webhooksByForm.clear();
    this.responsesByForm.clear();
  }
}
