/** The actions in the audit log, and the screen that shows the subject of an entry. */
import type { Schemas } from '../api/client';
import type { LinkTarget } from '../shared/data-table';

type Entry = Schemas['AuditEntryView'];

/** Every action that the API knows: one that is missing here does not compile. */
const KNOWN: Record<Entry['action'], true> = {
  'audit.sealed': true,
  'audit.resealed': true,
  'api_key.created': true,
  'api_key.revoked': true,
  'session.started': true,
  'session.ended': true,
  'form.updated': true,
  'form.reprocessed': true,
  'delivery.replayed': true,
  'deliveries.replayed': true,
  'webhook.registered': true,
  'webhook.updated': true,
  'webhook.deleted': true,
  'webhook.secret_rotated': true,
  'webhook.secret_reencrypted': true,
  'webhook.tested': true,
  'webhook.repaired': true,
  'backfill.started': true,
  'completeness.checked': true,
  'client.erased': true,
  'response.erased': true,
  'delivery.erased': true,
  'data_subject.erased': true,
  'data_subject.erasure_continued': true,
  'data_subject.searched': true,
  'client.corrected': true,
  'client.merged': true,
  'client.split': true,
  'clients.separated': true,
  'verification.removed': true,
  'retention.removed': true,
  'delivery.payload_read': true,
  'responses.exported': true,
  'responses.searched': true,
  'clients.searched': true,
  'checklist.signed': true,
  'checklist.signature_withdrawn': true,
  'checklist.blank_filled': true,
};
export const AUDIT_ACTIONS = Object.keys(KNOWN);

/** The screen of an entry's subject; if there is none, the other entries by the same actor. */
export function subjectOf({ action, subject, actorId }: Entry): LinkTarget {
  const [kind = ''] = action.split('.');
  if (kind === 'webhook') return { to: '/webhooks/$webhookId', params: { webhookId: subject } };
  if (kind === 'form' || kind === 'backfill') return { to: '/forms/$formId', params: { formId: subject } };
  if (kind === 'delivery') return { to: '/deliveries/$eventId', params: { eventId: subject } };
  if (kind === 'client') return { to: '/clients/$clientId', params: { clientId: subject } };
  return { to: '/settings', search: { tab: 'audit', actor: actorId } };
}
