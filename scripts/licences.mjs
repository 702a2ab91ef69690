// npm run licences -- [SBOM]
// Checks that every package of an installation has a licence that requires no more than keeping its notice. Prints one line for each
// that does not, and exits with 1 if there is one. Reads a software bill of materials if one is named.
import { readFileSync } from 'node:fs';
import { shippedSoftware } from './shipped-software.mjs';

const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'PostgreSQL',
  'Python-2.0',
  'Unlicense',
]);

const [file] = process.argv.slice(2);
const { components } = file ? JSON.parse(readFileSync(file, 'utf8')) : shippedSoftware();
const refused = components.filter((component) => !isAllowed(component));
for (const component of refused) process.stdout.write(`${component['bom-ref']}: ${licenceOf(component)}\n`);
process.stderr.write(`${components.length} packages, ${refused.length} without an allowed licence\n`);
process.exitCode = refused.length > 0 ? 1 : 0;

/** In an expression every part must be allowed, whether OR or AND joins them: then nobody has to choose. */
function isAllowed(component) {
  const parts = licenceOf(component)
    .split(/\s+(?:AND|OR)\s+|[()]/)
    .filter((part) => part.trim() !== '');
  return parts.every((part) => ALLOWED.has(part.trim()));
}

function licenceOf({ licenses = [] }) {
  const names = licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name ?? 'unknown');
  return names.length > 0 ? names.join(' AND ') : 'none named';
}
