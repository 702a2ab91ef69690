/** Outside production, keys that were not configured are generated once and kept in the data directory (mode 0600). */
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  if (!existsSync(path)) createGeneratedKeys(path);
  try {
    return generatedKeys.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new Error(`${path} is damaged: restore it, or delete it to generate new keys`, { cause });
  }
}

/** Several processes may start at the same time in a new data directory: all of them have the keys of the first. */
function createGeneratedKeys(path: string): void {
  const random = () => randomBytes(32).toString('base64url');
  const keys: GeneratedKeys = {
    webhookSecret: random(),
    adminApiKey: random(),
    encryptionKeys: `generated:${randomBytes(32).toString('base64')}`,
  };
  createPrivateDirectory(dirname(path));
  // Written under a name of its own, then linked: nobody ever sees half a file.
  const own = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(own, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(own, path);
  } catch (error) {
    // A file system without hard links.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') renameSync(own, path);
  } finally {
    rmSync(own, { force: true });
  }
}
