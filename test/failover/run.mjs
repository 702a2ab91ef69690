// `npm run test:failover`: puts the drill, which is TypeScript, into one file and runs it.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const here = dirname(fileURLToPath(import.meta.url));
// As far below the project's folder as the sources are: some find files by where they are.
const file = join(here, '../../dist/failover/drill.js');

const bundle = await rolldown({ input: join(here, 'main.ts'), platform: 'node', external: /^[^./]/ });
await bundle.write({ file, format: 'cjs' });
await bundle.close();

await import(pathToFileURL(file).href);
