import type { CheckLine } from '../check';

/** In the order of the production checklist. They run in a different order: checks that deliberately get requests refused come last. */
export const VERIFY_IDS = [
  'service.started',
  'service.log-errors',
  'service.health',
  'service.database',
  'webhook.accepted',
  'webhook.tampered-refused',
  'webhook.unsigned-refused',
  'webhook.record-created',
  'webhook.rate-limit',
  'performance.latency',
  'performance.concurrency',
  'performance.memory',
  'performance.typeform-pace',
  'security.signature',
  'security.alerts',
  'security.replay',
  'security.audit',
  'metrics.present',
  'cleanup.done',
] as const;
export type VerifyId = (typeof VERIFY_IDS)[number];

/** The lines of a report in the checklist's order. */
export function inChecklistOrder(lines: readonly CheckLine[]): CheckLine[] {
  const place = ({ id }: CheckLine): number => VERIFY_IDS.indexOf(id as VerifyId);
  return [...lines].sort((a, b) => place(a) - place(b));
}
