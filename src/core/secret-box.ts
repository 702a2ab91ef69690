/**
 * Secrets at rest: AES-256-GCM under a key ring. The first key encrypts, every key decrypts, so a key is rotated by putting a
 * new one in front. A box is bound to a context (for us: the row it belongs to) and does not open in another one.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export interface EncryptionKey {
  id: string;
  /** 32 bytes. */
  key: Buffer;
}

export type KeyRing = readonly [EncryptionKey, ...EncryptionKey[]];

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts `plaintext` with the first key: `<key id>.<base64url of nonce, tag, ciphertext>`. */
export function seal(keys: KeyRing, plaintext: string, context: string): string {
  const [current] = keys;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, current.key, nonce);
  cipher.setAAD(Buffer.from(context));
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return `${current.id}.${Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64url')}`;
}

/** The id of the key that a box was sealed with. */
export function keyIdOf(box: string): string {
  return box.split('.', 1)[0] ?? '';
}

/** Opens what {@link seal} made. Throws when the key is not in the ring, the context differs or a bit was changed. */
export function open(keys: KeyRing, box: string, context: string): string {
  const [id, encoded] = box.split('.', 2);
  const key = keys.find((candidate) => candidate.id === id)?.key;
  if (!key || !encoded)
    throw new Error(`no key '${id ?? ''}' in ENCRYPTION_KEYS: keep every key that encrypted stored secrets`);
  const bytes = Buffer.from(encoded, 'base64url');
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}
