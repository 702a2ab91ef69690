// node scripts/install-packages.mjs bench deploy-test
// Installs the packages that only these folders need, unless those of their lock files are already there. Prints one line; on
// failure it says what to do.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
// Some packages of deploy-test/ ask for Node 22 and run on 20 as well, as its tests show: a warning would be noise.
const INSTALL = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];

for (const folder of process.argv.slice(2)) {
  if (isInstalled(join(root, folder))) continue;
  process.stderr.write(`Installing the packages of ${folder}/ ...\n`);
  const { status, stderr, error } = spawnSync('npm', INSTALL, {
    cwd: join(root, folder),
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status === 0) continue;
  const reason = error?.message ?? /^npm error code (.+)$/m.exec(stderr)?.[1] ?? `npm ended with ${status}`;
  process.stderr.write(
    `The packages of ${folder}/ could not be installed: ${reason}\n` +
      `Only this command needs them. When the npm registry can be reached, run it again, or: cd ${folder} && npm ci\n`,
  );
  process.exit(1);
}

/** Compares the lock file with npm's own record of what it installed. */
function isInstalled(folder) {
  const record = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = packagesOf(join(folder, 'package-lock.json'));
  const installed = packagesOf(record);
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}
