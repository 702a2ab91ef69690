// npm run check:dockerfile: performs the Dockerfile without a container engine, in a temporary folder, and checks the
// out. It cannot show what only an engine can: the base image itself, its Node version, and the isolation of a container.
// Exit code 1 when an instruction or a check fails.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkFiles } from './file-checks.mjs';
import { performStage } from './perform-stage.mjs';
import { readDockerfile } from './read-dockerfile.mjs';
import { runImage } from './run-image.mjs';
import { bridge } from './tcp-bridge.mjs';

const context = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { EmbeddedPostgres } = createRequire(import.meta.url)('../../dist/src/database/embedded/embedded-postgres.js');
const print = (line) => process.stdout.write(`${line}\n`);
/** Version and tag or digest: an image without either may change at any time. */
const PINNED = /:\d+\.\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?$/;

const folder = mkdtempSync(join(tmpdir(), 'onboarding-image-'));
// The umask of a build, and a folder that the image's user may pass through.
process.umask(0o022);
chmodSync(folder, 0o755);
// A signal ends the process by way of `exit`, where the embedded server is stopped too.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
let postgres;
let tcp;
try {
  const stages = new Map();
  const buildArguments = {
    VERSION: JSON.parse(readFileSync(join(context, 'package.json'), 'utf8')).version,
    REVISION: '0'.repeat(40),
    SOURCE: 'https://git.example.com/typeform-onboarding',
    CREATED: '2026-01-01T00:00:00Z',
  };
  for (const stage of readDockerfile(join(context, 'Dockerfile'))) {
    print(`FROM ${stage.image} AS ${stage.name}: pinned; represented by Node ${process.version} of this machine`);
    if (!PINNED.test(stage.image)) throw new Error(`FROM ${stage.image} is not pinned to a version`);
    const log = ({ keyword, text, line }, outcome) =>
      print(`${String(line).padStart(3)} ${keyword} ${text.replace(/\s+/g, ' ').slice(0, 70)} -> ${outcome}`);
    const root = join(folder, stage.name);
    stages.set(stage.name, performStage(stage, root, { context, stages, buildArguments, log }));
  }
  const image = [...stages.values()].at(-1);

  const { problems, facts } = checkFiles(image, { lockFile: join(context, 'package-lock.json') });
  for (const fact of facts) print(`    ${fact}`);
  if (problems.length > 0) throw new Error(`the image has problems:\n${problems.join('\n')}`);
  print('    production dependencies only; no sources, tests, secrets; labels, user, exec forms are correct');

  postgres = await EmbeddedPostgres.start({ dataDir: join(folder, 'postgres') });
  const who = process.getuid() === 0 ? image.user : `${process.getuid()} (only root can become ${image.user})`;
  print(`    running as ${who} on its own PostgreSQL`);
  tcp = await bridge(postgres.url);
  for (const line of await runImage(image, { ...(await settings()), DATABASE_URL: tcp.url })) print(`    ${line}`);
  print('The Dockerfile is valid.');
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  tcp?.close();
  await postgres?.stop();
}

/** What production demands, with keys that are made up for this run. */
async function settings() {
  const secret = () => randomBytes(32).toString('base64');
  return {
    HOST: '127.0.0.1',
    PORT: String(await freePort()),
    MANAGEMENT_PORT: String(await freePort()),
    PUBLIC_URL: 'https://onboarding.example.com',
    TYPEFORM_API_KEY: 'tfp_0123456789_example',
    TYPEFORM_WEBHOOK_SECRET: secret(),
    ADMIN_API_KEY: secret(),
    ENCRYPTION_KEYS: `k1:${secret()}`,
    RECONCILE_INTERVAL_SECONDS: '0',
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
