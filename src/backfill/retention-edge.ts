/**
 * SQL for when the oldest submission was made that a form keeps, or null for "all are kept": what is older would be removed again at once.
 * Its parameters are SQL as well; `days` is RESPONSE_RETENTION_DAYS, which a form may replace, and 0 keeps for ever.
 */
export function retentionEdge({ formId, now, days }: Record<'formId' | 'now' | 'days', string>): string {
  return `(${now}::timestamptz - interval '24 hours' * nullif(coalesce(
    (SELECT retention_days FROM onboarding_form WHERE form_id = ${formId}), ${days}::integer), 0))`;
}
