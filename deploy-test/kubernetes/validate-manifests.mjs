// kubectl kustomize deploy/kubernetes/overlays/production | node deploy-test/kubernetes/validate-manifests.mjs
// Checks Kubernetes objects against the published schemas of their kinds, including unknown fields. Prints one line per problem;
// exit code 1 when there is one, 2 when there is nothing to check.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { parseAllDocuments } from 'yaml';
import { schemaProblems } from './schema-problems.mjs';
import { unknownFields } from './unknown-fields.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const manifests = parseAllDocuments(await text(process.stdin)).flatMap((document) => {
  if (document.errors.length > 0) throw document.errors[0];
  return document.toJS() ?? [];
});
if (manifests.length === 0) {
  process.stderr.write('There is no object on standard input.\n');
  process.exit(2);
}
const problems = [...(await schemaProblems(manifests)), ...unknownFields(manifests, root)];
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stderr.write(`objects: ${manifests.length}, problems: ${problems.length}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
