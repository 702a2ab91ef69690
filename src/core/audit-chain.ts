/** Verifies an entire chain of audit entries and their seals, holding one entry in memory at a time. */
import { AuditFacts, auditHash, GENESIS_HASH } from './audit-hash';
import type { Seal, SealKeys } from './audit-seal';

/** An entry with its place in the chain. */
export interface ChainedEntry extends AuditFacts {
  previousHash: string;
  hash: string;
  /** null: it has none of its own; the next seal covers it. */
  seal: Seal | null;
}

/** A position in the chain. Id `0` with the genesis hash: before the first entry. */
export interface ChainHead {
  id: string;
  hash: string;
}

/** The last appended entry, as recorded outside the log, and the id of the last seal (`0`: none). */
export interface RecordedHead extends ChainHead {
  sealedId: string;
}

export interface ChainReport {
  valid: boolean;
  /** The number of valid entries before the first invalid one. */
  entries: number;
  /** Id of the first entry that was changed, removed or inserted, or that no valid seal covers any more; null when all are valid. */
  brokenAt: string | null;
  /** What is wrong and what to do; null when all is valid. */
  problem: string | null;
  /** Hash of the last valid entry; null when there is none. */
  headHash: string | null;
  /** How many of the valid entries a seal covers. */
  sealed: number;
  /** Valid entries after the last seal: the next one will cover them. */
  unsealed: number;
  /** How many of the sealed entries got no seal of their own. */
  late: number;
}

const START: ChainHead = { id: '0', hash: GENESIS_HASH };

const COMPARE = 'compare the log with a copy kept elsewhere';
const SEAL_MISSING = `seals were removed: ${COMPARE}`;
const SEAL_WRONG = `a seal does not fit its entry: ${COMPARE}. If a process ran with another key of the same id in ENCRYPTION_KEYS, correct that`;
const ENTRY_WRONG = `an entry was changed, removed or inserted: ${COMPARE}`;
const REPLACED = `entries or seals that this process has seen are gone, or others are in their place: ${COMPARE}`;
const keyMissing = (id: string): string =>
  `a seal was made with the key ${JSON.stringify(id.slice(0, 64))}, which is not in ENCRYPTION_KEYS: put it back. If it is lost, ${COMPARE}, then run rotate-keys --accept-lost-audit-keys`;

/**
 * Recomputes the chain over `entries`, ordered by id (1, 2, 3, ... without gaps), and every seal. `head` must have been read before them:
 * entries appended meanwhile go beyond it, and a missing last entry falls short of it. A null head (its row was removed) breaks the chain
 * after the last entry. `known` is a sealed entry that was there before: it must still be there, sealed. Stops at the first break.
 */
export async function verifyChain(
  entries: AsyncIterable<ChainedEntry>,
  head: RecordedHead | null,
  keys: SealKeys,
  known: ChainHead | null,
): Promise<ChainReport> {
  const seen: Seen = { last: START, sealed: START, late: 0 };
  for await (const entry of entries) {
    if (!follows(entry, seen.last) || (entry.id === head?.id && entry.hash !== head.hash))
      return report(seen, seen.last, ENTRY_WRONG);
    const problem = entry.seal === null ? null : problemOfSeal(entry, entry.seal, seen, keys);
    if (problem !== null) return report(seen, seen.sealed, problem);
    if (entry.id === known?.id && (entry.hash !== known.hash || entry.seal === null))
      return report(seen, seen.sealed, REPLACED);
    seen.last = { id: entry.id, hash: entry.hash };
    if (entry.seal !== null) Object.assign(seen, { sealed: seen.last, late: entry.seal.late });
  }
  if (head === null || isBefore(seen.last, head)) return report(seen, seen.last, ENTRY_WRONG);
  if (known !== null && isBefore(seen.last, known)) return report(seen, seen.sealed, REPLACED);
  if (isBefore(seen.sealed, { id: head.sealedId })) return report(seen, seen.sealed, SEAL_MISSING);
  return report(seen, seen.last, null);
}

/** How much of the chain is valid. */
interface Seen {
  last: ChainHead;
  /** The last entry with a seal of its own. */
  sealed: ChainHead;
  late: number;
}

function follows(entry: ChainedEntry, last: ChainHead): boolean {
  return entry.id === nextId(last.id) && entry.previousHash === last.hash && entry.hash === auditHash(entry, last.hash);
}

function problemOfSeal(entry: ChainedEntry, seal: Seal, seen: Seen, keys: SealKeys): string | null {
  if (!keys.has(seal.keyId)) return keyMissing(seal.keyId);
  if (!keys.fits(seal, entry)) return SEAL_WRONG;
  return seal.late === seen.late + idsBetween(seen.sealed.id, entry.id) ? null : SEAL_MISSING;
}

function isBefore(place: { id: string }, other: { id: string }): boolean {
  return BigInt(place.id) < BigInt(other.id);
}

/** `valid`: the last valid entry. */
function report(seen: Seen, valid: ChainHead, problem: string | null): ChainReport {
  return {
    valid: problem === null,
    entries: Number(valid.id),
    brokenAt: problem === null ? null : nextId(valid.id),
    problem,
    headHash: valid.id === START.id ? null : valid.hash,
    sealed: Number(seen.sealed.id),
    unsealed: Number(valid.id) - Number(seen.sealed.id),
    late: seen.late,
  };
}

/** The id after this one; ids are 64 bits wide, so they are text outside. */
export function nextId(id: string): string {
  return String(BigInt(id) + 1n);
}

/** How many entries stand between two. */
export function idsBetween(before: string, after: string): number {
  return Number(BigInt(after) - BigInt(before)) - 1;
}
