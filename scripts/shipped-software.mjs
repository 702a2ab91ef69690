// The packages that an installation runs, as a software bill of materials: for sbom.mjs and licences.mjs.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const ARGUMENTS = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'];
/** npm's mark of a package that development needs, put on what an installation needs as well. */
const DEVELOPMENT = 'cdx:npm:package:development';
const PACKAGE_OF_IMPORT = /from '((?:@[\w.-]+\/)?[\w-][\w.-]*)/g;

/**
 * What an installation runs, as npm's software bill of materials (CycloneDX 1.5, an object) of the lock file: the production
 * packages, and those whose code is in the browser console. Throws when npm cannot make one.
 */
export function shippedSoftware() {
  const { status, stdout, stderr } = spawnSync('npm', ARGUMENTS, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`npm sbom ended with ${status}: ${stderr}`);
  const bill = JSON.parse(stdout);
  const application = bill.metadata.component;
  const shipped = new Set([...installed(), ...reachedFrom(bill, packagesOfConsole())]);
  return {
    ...bill,
    // npm takes the name of the folder.
    metadata: { ...bill.metadata, component: { ...application, name: readJson('package.json').name } },
    components: bill.components
      .filter((component) => shipped.has(component['bom-ref']))
      .map(({ properties = [], ...component }) => ({
        ...component,
        properties: properties.filter(({ name }) => name !== DEVELOPMENT),
      })),
    dependencies: bill.dependencies
      .filter(({ ref }) => ref === application['bom-ref'] || shipped.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => shipped.has(other)) })),
  };
}

/** name@version of what `npm ci --omit=dev` installs. npm's own `sbom --omit=dev` leaves out too much. */
function installed() {
  return Object.entries(readJson('package-lock.json').packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`);
}

/** The refs of the application's packages with these names, and of all that they need. Types are in no build. */
function reachedFrom({ dependencies, metadata }, names) {
  const needs = new Map(dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const direct = needs.get(metadata.component['bom-ref']) ?? [];
  const waiting = names.map((name) => {
    const ref = direct.find((candidate) => candidate.startsWith(`${name}@`));
    if (ref === undefined) throw new Error(`The console imports ${name}, which package.json does not name`);
    return ref;
  });
  const reached = new Set();
  for (const ref of waiting) {
    if (reached.has(ref) || ref.startsWith('@types/')) continue;
    reached.add(ref);
    waiting.push(...(needs.get(ref) ?? []));
  }
  return reached;
}

function packagesOfConsole() {
  const folder = join(root, 'console');
  const files = readdirSync(folder, { recursive: true }).filter((file) => /\.tsx?$/.test(file));
  const names = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(PACKAGE_OF_IMPORT)].map(([, name]) => name),
  );
  return [...new Set(names)];
}

function readJson(file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}
