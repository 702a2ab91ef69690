// npm run sbom -- [FILE]
// Writes the software bill of materials of an installation (CycloneDX 1.5, JSON) to sbom.cdx.json, or to FILE.
import { writeFileSync } from 'node:fs';
import { shippedSoftware } from './shipped-software.mjs';

const [file = 'sbom.cdx.json'] = process.argv.slice(2);
if (file.startsWith('-')) {
  process.stderr.write('Usage: npm run sbom -- [FILE]   (default: sbom.cdx.json)\n');
  process.exit(file === '--help' || file === '-h' ? 0 : 2);
}
const bill = shippedSoftware();
writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
process.stdout.write(`${file}: ${bill.components.length} packages\n`);
