/** Outside production, keys that were not configured are generated once and kept in the data directory (mode 0600). */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { createPrivateDirectory } from './private-directory';

const generatedKeys = z.object({
  webhookSecret: z.string().min(20),
  adminApiKey: z.string().min(32),
  encryptionKeys: z.string().min(1),
});

export type GeneratedKeys = z.infer<typeof generatedKeys>;

/** Reads the keys at `path`, or makes new ones of 256 random bits each. Throws when the file is there but damaged. */
export function readOrCreateGeneratedKeys(path: string): GeneratedKeys {
  if (existsSync(path)) {
    try {
      return generatedKeys.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch (cause) {
      throw new Error(`${path} is damaged: restore it, or delete it to generate new keys`, { cause });
    }
  }
  const random = () => randomBytes(32).toString('base64url');
  const keys: GeneratedKeys = {
    webhookSecret: random(),
    adminApiKey: random(),
    encryptionKeys: `generated:${randomBytes(32).toString('base64')}`,
  };
  createPrivateDirectory(dirname(path));
  // Written to a temporary name and renamed: a crash never leaves half a file.
  writeFileSync(`${path}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return keys;
}
