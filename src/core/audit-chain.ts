/** Checks an entire chain of audit entries, with one entry in memory at a time. */
import { AuditFacts, auditHash, GENESIS_HASH } from './audit-hash';

/** An entry with its place in the chain. */
export interface ChainedEntry extends AuditFacts {
  previousHash: string;
  hash: string;
}

/** The last appended entry, as recorded outside the log. Id `0` and the genesis hash: none yet. */
export interface ChainHead {
  id: string;
  hash: string;
}

export interface ChainReport {
  valid: boolean;
  /** The number of valid entries before the first invalid one. */
  entries: number;
  /** Id of the first entry that was changed, removed or inserted; null when all are valid. */
  brokenAt: string | null;
  /** Hash of the last valid entry; null when there is none. */
  headHash: string | null;
}

/**
 * Recomputes the chain over `entries`, ordered by id (1, 2, 3, ... without gaps). `head` must have been
 * read before them: entries appended meanwhile go beyond it, and a missing last entry falls short of it.
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
