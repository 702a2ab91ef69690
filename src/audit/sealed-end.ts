import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import type { ChainHead } from '../core/audit-chain';
import { SealKeys } from '../core/audit-seal';
import { AuditRepository } from './audit.repository';

export interface EndReading {
  /** Entries of the log, according to its recorded head. */
  entries: number;
  /** Entries after the last seal. */
  unsealed: number;
  /** Entries that got no seal of their own, according to the last seal. */
  late: number;
  /** Whether the end of the log is what it should be. */
  intact: boolean;
}

/**
 * Checks the end of the audit log, and remembers the last sealed entry that it saw. A database cannot reveal that its owner restored an
 * earlier state; a process that has seen later entries can.
 */
@Injectable()
export class SealedEnd {
  private readonly keys: SealKeys;
  private seen: ChainHead | null = null;

  constructor(
    private readonly repository: AuditRepository,
    { encryptionKeys }: AppConfig,
  ) {
    this.keys = new SealKeys(encryptionKeys);
  }

  /** The last sealed entry that was seen; null: none yet. */
  get known(): ChainHead | null {
    return this.seen;
  }

  /** Intact: the last entry is the recorded head, the last seal fits its entry, and what was seen is still there. */
  async read(): Promise<EndReading> {
    const known = this.seen;
    const { entries, intact, last, knownHash } = await this.repository.end(known?.id ?? null);
    const sealed = this.checked(last);
    const kept = known === null || knownHash === known.hash;
    const sound = intact && kept && (last === null || sealed !== null);
    // Another reading may have gone further meanwhile.
    if (sound && sealed && (this.seen === null || BigInt(sealed.id) > BigInt(this.seen.id))) this.seen = sealed;
    return { entries, unsealed: entries - Number(last?.id ?? 0), late: last?.seal.late ?? 0, intact: sound };
  }

  private checked(last: Awaited<ReturnType<AuditRepository['end']>>['last']): ChainHead | null {
    if (!last || last.hash === null) return null;
    const { id, hash } = last;
    return this.keys.fits(last.seal, { id, hash }) ? { id, hash } : null;
  }
}
