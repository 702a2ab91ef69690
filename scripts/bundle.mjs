// Bundles the two programs, dist/src/main.js and dist/src/cli.js, with their packages into dist/bundle/:
// Node then opens a few files instead of two thousand, and a start or a command costs about a third of the processor time.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { bundling, files } from './bundling.mjs';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');

/** It is not in the production image: a folder beside the bundle, loaded if it is there. */
const sandboxOutside = {
  name: 'sandbox-outside',
  resolveId: (source) =>
    source.endsWith('/sandbox/sandbox.js') ? { id: '../sandbox/sandbox.js', external: true } : null,
};

rmSync(join(dist, 'bundle'), { recursive: true, force: true });
const bundle = await rolldown(
  bundling({
    input: { main: join(dist, 'src/main.js'), cli: join(dist, 'src/cli.js') },
    plugins: [sandboxOutside],
  }),
);
await bundle.write({ ...files(join(dist, 'bundle')), chunkFileNames: '[name].js' });
await bundle.close();
