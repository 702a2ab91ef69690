// Builds dist/ when a source is newer than the last build, with --console also dist/console/ and with --bench also bench/dist/; prints
// a line only when it builds.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const service = {
  output: 'dist',
  sources: [
    'src',
    'sandbox',
    'migrations',
    'ormconfig.ts',
    '.swcrc',
    'package.json',
    'scripts/compile.mjs',
    'scripts/bundle.mjs',
    'scripts/bundling.mjs',
  ],
  built: 'dist/bundle/main.js',
  compiler: 'node_modules/@swc/core',
  steps: [['scripts/compile.mjs'], ['scripts/bundle.mjs']],
  // They have their own sources, and stay when only the service is built anew: the typed client is built by `npm run build`.
  keeps: ['console', 'client'],
};
const browserConsole = {
  output: 'dist/console',
  sources: ['console', 'client', 'package.json'],
  built: 'dist/console/index.html',
  compiler: 'node_modules/vite',
  steps: [['node_modules/vite/bin/vite.js', 'build', 'console', '--logLevel', 'warn']],
};
// bench/dist/ holds a copy of everything the benchmark imports, so that its own packages are found.
const bench = {
  output: 'bench/dist',
  sources: [...service.sources, 'tsconfig.json', 'bench', 'test/fixtures', 'test/support'],
  built: 'bench/dist/bench/run.js',
  compiler: 'node_modules/typescript',
  steps: [['node_modules/typescript/bin/tsc', '-p', 'bench']],
};

build(service);
if (process.argv.includes('--console')) build(browserConsole);
if (process.argv.includes('--bench')) build(bench);

function build({ output, sources, built, compiler, steps, keeps = [] }) {
  const stamp = join(root, output, '.built');
  const changed = Math.max(...sources.map((source) => newest(join(root, source))));
  if (existsSync(stamp) && Number(readFileSync(stamp, 'utf8')) >= changed) return;
  // An installation without the compiler (an image) comes with its own dist/.
  if (existsSync(join(root, built)) && !existsSync(join(root, compiler))) return;

  process.stderr.write(`Building ${output}/ ...\n`);
  const started = process.hrtime.bigint();
  clear(join(root, output), keeps);
  for (const [script, ...args] of steps) {
    const { status } = spawnSync(process.execPath, [join(root, script), ...args], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0) process.exit(status ?? 1);
  }
  // Sources that changed while the build ran are newer than this and cause the next build.
  writeFileSync(stamp, String(changed));
  process.stderr.write(`Built in ${(Number(process.hrtime.bigint() - started) / 1e9).toFixed(1)} s\n`);
}

/** Removes what a folder holds, except for some names. */
function clear(folder, keeps) {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!keeps.includes(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** The time of the last change in a file or folder, in milliseconds. Build output and installed packages do not count. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  const names = readdirSync(path);
  const own = names.filter((name) => !['dist', 'node_modules', 'results'].includes(name));
  // A folder's own time changes when a file is removed, but also when output is added.
  const removed = own.length === names.length ? stats.mtimeMs : 0;
  return Math.max(removed, ...own.map((name) => newest(join(path, name))));
}
