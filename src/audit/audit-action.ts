/** Every action that leaves an audit entry. A change that is not listed here cannot be recorded. */
export const AUDIT_ACTIONS = [
  'api_key.created',
  'api_key.revoked',
  'form.updated',
  'form.reprocessed',
  'delivery.replayed',
  'deliveries.replayed',
  'webhook.registered',
  'webhook.updated',
  'webhook.deleted',
  'webhook.secret_rotated',
  'webhook.secret_reencrypted',
  'webhook.tested',
  'webhook.repaired',
  'backfill.started',
  'client.erased',
  'client.corrected',
  'client.merged',
  'client.split',
  'clients.separated',
  'verification.removed',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];
