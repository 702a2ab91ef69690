import { chmodSync, mkdirSync } from 'node:fs';

/** Makes sure a directory is there. A new one is its owner's alone, whatever the umask; one that was there keeps its mode. */
export function createPrivateDirectory(path: string): void {
  if (mkdirSync(path, { recursive: true }) !== undefined) chmodSync(path, 0o700);
}
