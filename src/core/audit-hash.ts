/** The hash of an audit entry. Writing and verifying both use this one function, so that they cannot disagree. */
import { createHash } from 'node:crypto';

/** The previous hash of the very first entry. */
export const GENESIS_HASH = '0'.repeat(64);

/** The content of an entry, without its place in the chain. `details` is JSON. */
export interface AuditFacts {
  id: string;
  at: Date;
  actorId: string;
  actorName: string;
  action: string;
  subject: string;
  details: unknown;
  requestId: string | null;
}

/**
 * Hex SHA-256 over the UTF-8 bytes of the entry and the previous hash as canonical JSON (RFC 8785: members sorted by name,
 * no white space), times as ISO 8601 UTC with milliseconds. That is the entry as `GET /v1/audit` shows it without its `hash`,
 * so anyone who keeps a copy can recompute the chain without this code.
 */
export function auditHash(entry: AuditFacts, previousHash: string): string {
  const { id, actorId, actorName, action, subject, details, requestId } = entry;
  // toJSON, unlike toISOString, does not throw for a tampered time that JavaScript cannot represent.
  const at = new Date(entry.at).toJSON();
  const hashed = { id, at, actorId, actorName, action, subject, details, requestId, previousHash };
  return createHash('sha256').update(canonicalJson(hashed)).digest('hex');
}

/** `jsonb` does not keep the order of members, so it must not matter. */
function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
