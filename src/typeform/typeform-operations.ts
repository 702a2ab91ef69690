/** The calls of Typeform's API that this service makes, and the scope of the key that each needs (typeform.md section 5). */
export const OPERATION_SCOPES = {
  list_forms: 'forms:read',
  get_form: 'forms:read',
  list_webhooks: 'webhooks:read',
  get_webhook: 'webhooks:read',
  put_webhook: 'webhooks:write',
  delete_webhook: 'webhooks:write',
  list_responses: 'responses:read',
  delete_responses: 'responses:write',
} as const;

export type Operation = keyof typeof OPERATION_SCOPES;
export const OPERATIONS = Object.keys(OPERATION_SCOPES) as Operation[];
