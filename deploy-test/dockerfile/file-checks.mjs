import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** In our own code: what belongs to building and testing it. In all of the image: what could be a secret or a leftover. */
const NOT_OURS =
  /\.(ts|map|tsbuildinfo)$|\.(e2e-|deploy-)?spec\.|(^|\/)(test|bench|deploy-test|scripts|sandbox|coverage)(\/|$)/;
const NOWHERE = /(^|\/)(\.env[^/]*|\.npmrc|\.git|\.ssh|id_rsa|[^/]+\.p12)$/;
const LABELS = ['title', 'description', 'licenses', 'version', 'revision', 'source', 'created'];

/** What is wrong with the files and the metadata of an image, and facts about it to print. */
export function checkFiles(image, { lockFile }) {
  const app = join(image.root, image.directory);
  const entries = [...walk(app)].map((path) => ({ path: relative(app, path), status: lstatSync(path) }));
  const problems = [];
  const own = entries.filter(({ path }) => !path.startsWith('node_modules'));
  report(
    problems,
    own.filter(({ path }) => NOT_OURS.test(path)),
    'belongs to building or testing',
  );
  report(
    problems,
    entries.filter(({ path }) => NOWHERE.test(path)),
    'may be a secret or a leftover',
  );
  // Root owns the files, so only a world-writable bit would let another user write. A link's own bits mean nothing.
  const writable = ({ status }) => !status.isSymbolicLink() && (status.mode & 0o002) !== 0;
  report(problems, entries.filter(writable), 'can be written by everybody');
  report(
    problems,
    entries.filter(({ status }) => status.uid !== process.getuid()),
    'is not owned by the builder',
  );
  report(problems, unwantedPackages(entries, lockFile), 'is not for production');
  for (const label of LABELS) {
    const value = image.labels[`org.opencontainers.image.${label}`];
    if (!value || value === 'unknown') problems.push(`the label ${label} is missing`);
  }
  const user = Number(/^(\d+):\d+$/.exec(image.user ?? '')?.[1] ?? 0);
  if (user === 0) problems.push(`USER must be a number above 0, as uid:gid, not ${image.user}`);
  if (!image.command) problems.push('CMD must have the exec form');
  if (!image.healthcheck?.command) problems.push('HEALTHCHECK must have the exec form');
  if (image.stopSignal !== 'SIGTERM') problems.push('STOPSIGNAL must be SIGTERM');
  const sizeOf = (some) => some.reduce((sum, { status }) => sum + (status.isFile() ? status.size : 0), 0);
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  const packages = entries.filter(({ path }) => isPackage(path)).length;
  const facts = [
    `size of the application ${megabytes(sizeOf(entries))}, of it our code ${megabytes(sizeOf(own))}`,
    `${packages} packages, ${entries.length} files and folders`,
  ];
  return { problems, facts };
}

function* walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    yield path;
    if (entry.isDirectory()) yield* walk(path);
  }
}

const isPackage = (path) => /(^|\/)node_modules\/(@[^/]+\/)?[^@./][^/]*$/.test(path);

/** Packages of the image that the lock file does not give to a production installation without optional ones. */
function unwantedPackages(entries, lockFile) {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8'));
  const wanted = ({ dev, optional, devOptional } = { dev: true }) => !dev && !optional && !devOptional;
  return entries.filter(({ path, status }) => status.isDirectory() && isPackage(path) && !wanted(packages[path]));
}

function report(problems, entries, what) {
  const [first, ...rest] = entries;
  if (first) problems.push(`${first.path} ${what}${rest.length > 0 ? ` (and ${rest.length} more)` : ''}`);
}
