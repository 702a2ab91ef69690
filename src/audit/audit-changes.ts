import type { ChangeKind } from '../core/change-message';
import type { AuditAction } from './audit-action';

/** What changes with an action, beyond what its records tell themselves (webhooks), and what the worker tells that carries it out. */
export const CHANGES_OF_ACTIONS: Partial<Record<AuditAction, readonly ChangeKind[]>> = {
  'delivery.replayed': ['deliveries'],
  'deliveries.replayed': ['deliveries'],
  'backfill.started': ['backfills'],
  'client.corrected': ['clients'],
  'client.merged': ['clients', 'responses'],
  'client.split': ['clients', 'responses'],
  'clients.separated': ['clients', 'responses'],
  'client.erased': ['clients', 'responses', 'deliveries'],
  'response.erased': ['clients', 'responses', 'deliveries'],
  'delivery.erased': ['clients', 'responses', 'deliveries'],
  'data_subject.erased': ['clients', 'responses', 'deliveries'],
  'data_subject.erasure_continued': ['clients', 'responses', 'deliveries'],
  'verification.removed': ['clients', 'responses', 'deliveries'],
  'retention.removed': ['clients', 'responses', 'deliveries'],
};
