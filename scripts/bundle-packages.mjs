// Bundles the packages that the service and its tests import, for Jest, into node_modules/.cache/test-packages/, when one has changed.
// A few files instead of two thousand save each worker of Jest a second of processor time.
// jest.config.js points the imports there; without this folder Jest takes the packages as they are.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { bundling, EXTERNAL, files } from './bundling.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const output = join(root, 'node_modules/.cache/test-packages');
const list = join(output, 'packages.json');

/** Packages that look for files next to their own, or contain programs. */
const AS_THEY_ARE = [...EXTERNAL, /^@swc\/core$/, /^playwright-core$/, /^@seriousme\//, /^typescript$/];

const packages = [...new Set(['src', 'sandbox', 'test'].flatMap((folder) => importsIn(join(root, folder))))]
  .filter((name) => !AS_THEY_ARE.some((pattern) => pattern.test(name)))
  .sort();
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const bundled = JSON.stringify({ packages, lock });

if (!existsSync(list) || readFileSync(list, 'utf8') !== bundled) {
  rmSync(output, { recursive: true, force: true });
  const bundle = await rolldown(bundling({ input: Object.fromEntries(packages.map((name) => [name, name])) }));
  await bundle.write({ ...files(output), chunkFileNames: 'shared/[name]-[hash].js' });
  await bundle.close();
  writeFileSync(list, bundled);
}

/** The packages that the TypeScript files of a folder import, types alone left out. */
function importsIn(folder) {
  const from = /^(?:import (?!type ).*|export .*|\}) from '([^'.][^']*)';$|^import '([^'.][^']*)';$/gm;
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .flatMap((entry) => [...readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8').matchAll(from)])
    .map(([, name, bare]) => name ?? bare)
    .filter((name) => !isBuiltin(name));
}
