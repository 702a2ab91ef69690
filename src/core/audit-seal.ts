/**
 * Seals of the audit log: a keyed hash over an entry's hash, with a key that is not in the database. An entry's hash covers all entries before
 * it, so an attacker who can write to the tables but has no key can neither change a sealed entry nor create a seal.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from './secret-box';

/** Separates these keys from any others derived from an encryption key. */
const PURPOSE = 'typeform-onboarding audit seal';

/** What a seal vouches for. */
export interface Sealed {
  /** Id of the entry. */
  id: string;
  /** The entry's hash. */
  hash: string;
  /**
   * How many of the entries up to this one got no seal of their own: they are older than seals, or a release without seals wrote them.
   * Deleting a seal makes the count in the next one wrong.
   */
  late: number;
}

/** A seal as it is stored. */
export interface Seal {
  /** Which key of ENCRYPTION_KEYS it was made with. */
  keyId: string;
  late: number;
  /** Hex HMAC-SHA-256. */
  mac: string;
}

/** Makes and checks seals with keys derived (HKDF-SHA-256) from those of ENCRYPTION_KEYS; the first one makes them. */
export class SealKeys {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly current: Buffer;
  readonly currentId: string;

  constructor(ring: KeyRing) {
    this.currentId = ring[0].id;
    this.current = sealKeyOf(ring[0].key);
    this.keys = new Map(ring.map(({ id, key }) => [id, sealKeyOf(key)]));
  }

  seal(sealed: Sealed): Seal {
    return { keyId: this.currentId, late: sealed.late, mac: macOf(this.current, sealed).toString('hex') };
  }

  has(keyId: string): boolean {
    return this.keys.has(keyId);
  }

  /** Whether this process could have made the seal for this entry; false too when it lacks the key. */
  fits({ keyId, late, mac }: Seal, { id, hash }: Pick<Sealed, 'id' | 'hash'>): boolean {
    const key = this.keys.get(keyId);
    if (!key) return false;
    const expected = macOf(key, { id, hash, late });
    const given = Buffer.from(mac, 'hex');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

function sealKeyOf(encryptionKey: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', encryptionKey, '', PURPOSE, 32));
}

function macOf(key: Buffer, { id, hash, late }: Sealed): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify([id, late, hash]))
    .digest();
}
