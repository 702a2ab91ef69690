import { existsSync, realpathSync } from 'node:fs';
import { EMBEDDED_DATABASE, socketUrl } from './embedded-postgres';
import { isServerOf, readPostmasterFile } from './server-process';

/**
 * The address of the server that another process (the service) runs in this data directory, in libpq's form; null when none
 * runs. Starts and owns nothing.
 */
export async function runningServerUrl(dataDir: string): Promise<string | null> {
  if (!existsSync(dataDir)) return null;
  const path = realpathSync(dataDir);
  const file = readPostmasterFile(path);
  if (file?.address === undefined || !(await isServerOf(file.pid, path))) return null;
  return socketUrl(file.address, EMBEDDED_DATABASE);
}
