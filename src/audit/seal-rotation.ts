/** Reseals audit entries with the first key of the ring, so that an older key can be retired. */
import type { EntityManager } from 'typeorm';
import type { SealKeys } from '../core/audit-seal';
import type { AuditLog, Author } from './audit-log';
import type { AuditRepository, StoredSeal } from './audit.repository';

/** Seals in a transaction. */
const CHUNK = 5_000;

const ROTATION: Author = { actor: { id: 'rotate-keys', name: 'rotate-keys command' }, requestId: null };

/** The result. `lostKeys`: keys of seals that are not in the ring; `wrong`: seals that do not fit their entries; `keysInUse`: as it is now. */
export interface SealRotationResult {
  resealed: number;
  lostKeys: string[];
  wrong: number;
  keysInUse: string[];
}

/** The outcome for a chunk of seals made with other keys. */
interface Chunk {
  resealed: number;
  lostKeys: string[];
  wrong: number;
  lastId: string;
}

export class SealRotation {
  constructor(
    private readonly keys: SealKeys,
    private readonly repository: AuditRepository,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Replaces each seal of another key that fits its entry; one that does not fit stays as evidence. `acceptLostKeys` also replaces those whose
   * key is not in the ring, unchecked. Each chunk is a transaction with its audit entry: an interrupted run resumes where it stopped.
   */
  async run(acceptLostKeys: boolean): Promise<SealRotationResult> {
    const lostKeys = new Set<string>();
    let [resealed, wrong, after] = [0, 0, '0'];
    for (;;) {
      const chunk = await this.repository.transaction((manager) => this.reseal(manager, after, acceptLostKeys));
      if (chunk === null) break;
      resealed += chunk.resealed;
      wrong += chunk.wrong;
      after = chunk.lastId;
      for (const key of chunk.lostKeys) lostKeys.add(key);
    }
    return { resealed, lostKeys: [...lostKeys], wrong, keysInUse: await this.repository.sealKeysInUse() };
  }

  /** null: no seal of another key is left after that entry. */
  private async reseal(manager: EntityManager, after: string, acceptLostKeys: boolean): Promise<Chunk | null> {
    const seals = await this.repository.lockSealsOfOtherKeys(manager, this.keys.currentId, after, CHUNK);
    const lastId = seals.at(-1)?.id;
    if (lastId === undefined) return null;
    const lost = seals.filter(({ keyId }) => !this.keys.has(keyId));
    const fits = seals.filter((seal) => this.keys.fits(seal, seal));
    const wrong = seals.length - lost.length - fits.length;
    const replaced = acceptLostKeys ? [...fits, ...lost] : fits;
    if (replaced.length > 0) await this.replace(manager, replaced, acceptLostKeys ? lost.length : 0);
    const lostKeys = acceptLostKeys ? [] : lost.map(({ keyId }) => keyId);
    return { resealed: replaced.length, lostKeys, wrong, lastId };
  }

  private async replace(manager: EntityManager, seals: StoredSeal[], unchecked: number): Promise<void> {
    const renewed = seals.map((seal) => ({ id: seal.id, ...this.keys.seal(seal) }));
    await this.repository.replaceSeals(manager, renewed);
    const fromKeys = [...new Set(seals.map(({ keyId }) => keyId))];
    const ids = seals.map(({ id }) => Number(id)).sort((a, b) => a - b);
    const [from, to] = [ids.at(0), ids.at(-1)];
    const details = { fromKeys, toKey: this.keys.currentId, from, to, entries: seals.length, unchecked };
    await this.audit.record(manager, { ...ROTATION, action: 'audit.resealed', subject: String(from), details });
  }
}
