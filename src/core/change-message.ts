/** What processes tell each other about what has changed: kinds and ids, never anything personal. */

/** What a browser may be shown live. */
export const CHANGE_KINDS = ['deliveries', 'responses', 'clients', 'webhooks', 'backfills'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Records of a kind that have changed. No ids: any of them may have. */
export interface Change {
  kind: ChangeKind;
  ids: string[];
}

/** The channel of PostgreSQL that carries these messages. */
export const CHANGES_CHANNEL = 'changed';
/** PostgreSQL refuses the payload of a notification from 8,000 bytes on. */
const MAX_BYTES = 7_999;

/** The message of several changes; without the ids where there are too many for a notification. */
export function encodeChanges(changes: readonly Change[]): string {
  const message = JSON.stringify(changes);
  return Buffer.byteLength(message) <= MAX_BYTES
    ? message
    : JSON.stringify(changes.map(({ kind }) => ({ kind, ids: [] })));
}

/** The changes of a message of {@link encodeChanges}; none for a message that another release has written differently. */
export function decodeChanges(message: string): Change[] {
  try {
    const changes = JSON.parse(message) as unknown;
    return Array.isArray(changes) ? changes.filter(isChange) : [];
  } catch {
    return [];
  }
}

function isChange(value: unknown): value is Change {
  const { kind, ids } = (value ?? {}) as Partial<Record<keyof Change, unknown>>;
  return (
    CHANGE_KINDS.some((known) => known === kind) && Array.isArray(ids) && ids.every((id) => typeof id === 'string')
  );
}
