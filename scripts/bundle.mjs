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
const program = (name) => join(dist, 'src', `${name}.js`);
const bundle = await rolldown(
  bundling({
    // main imports the service when it has read the configuration. Named as an entry: as a mere chunk, Rolldown merges shared modules into it
    // and then requires it by a name that does not exist.
    input: { main: program('main'), service: program('service'), cli: program('cli') },
    plugins: [sandboxOutside],
  }),
);
// A script that comes from a code cache cannot import(): require() instead lets the tests compile these files once for all processes.
await bundle.write({ ...files(join(dist, 'bundle')), chunkFileNames: '[name].js', dynamicImportInCjs: false });
await bundle.close();
