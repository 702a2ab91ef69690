// Builds dist/ when a source is newer than the last build; says so only when it takes time.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'dist', '.built');
const sources = [
  'src',
  'sandbox',
  'migrations',
  'bench',
  'ormconfig.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  'package.json',
];

const newest = (path) => {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
};

const changed = Math.max(...sources.map((source) => newest(join(root, source))));
if (existsSync(stamp) && Number(readFileSync(stamp, 'utf8')) >= changed) process.exit(0);
// An installation without the compiler (an image) brings its own dist/.
if (existsSync(join(root, 'dist', 'src', 'main.js')) && !existsSync(join(root, 'node_modules', 'typescript')))
  process.exit(0);

process.stderr.write('Building ...\n');
const started = process.hrtime.bigint();
rmSync(join(root, 'dist'), { recursive: true, force: true });
const nest = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
const { status } = spawnSync(process.execPath, [nest, 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
if (status !== 0) process.exit(status ?? 1);
// Sources that changed while the build ran are newer than this and cause the next build.
writeFileSync(stamp, String(changed));
process.stderr.write(`Built in ${(Number(process.hrtime.bigint() - started) / 1e9).toFixed(1)} s\n`);
