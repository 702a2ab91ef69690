/** Checks a whole chain of audit entries, one entry in memory at a time. */
import { AuditFacts, auditHash, GENESIS_HASH } from './audit-hash';

/** An entry with its place in the chain. */
export interface ChainedEntry extends AuditFacts {
  previousHash: string;
  hash: string;
}

/** The entry that was appended last, as noted outside the entries. Id `0` and the genesis hash: none yet. */
export interface ChainHead {
  id: string;
  hash: string;
}

export interface ChainReport {
  valid: boolean;
  /** How many entries fit, up to the first that does not. */
  entries: number;
  /** Id of the first entry that was changed, taken out or put in; null when all fit. */
  brokenAt: string | null;
  /** Hash of the last entry that fits; null when there is none. */
  headHash: string | null;
}

/**
 * Recomputes the chain over `entries`, which come in the order of their ids (1, 2, 3, ... without a gap). `head` must have been
 * read before them: entries that are appended meanwhile go beyond it, and one that is missing at the end falls short of it.
 * A null head (its row was removed) breaks the chain after the last entry. Stops at the first break.
 */
export async function verifyChain(entries: AsyncIterable<ChainedEntry>, head: ChainHead | null): Promise<ChainReport> {
  let last: ChainHead = { id: '0', hash: GENESIS_HASH };
  for await (const entry of entries) {
    if (!follows(entry, last) || (entry.id === head?.id && entry.hash !== head.hash)) return report(last, false);
    last = { id: entry.id, hash: entry.hash };
  }
  return report(last, head !== null && BigInt(last.id) >= BigInt(head.id));
}

function follows(entry: ChainedEntry, last: ChainHead): boolean {
  return entry.id === nextId(last.id) && entry.previousHash === last.hash && entry.hash === auditHash(entry, last.hash);
}

function report(last: ChainHead, valid: boolean): ChainReport {
  return {
    valid,
    entries: Number(last.id),
    brokenAt: valid ? null : nextId(last.id),
    headHash: last.id === '0' ? null : last.hash,
  };
}

/** The id after this one; ids are 64 bits wide, so they are text outside. */
export function nextId(id: string): string {
  return String(BigInt(id) + 1n);
}
