import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const START_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 10_000;
const TRY_EVERY_MS = 250;

/**
 * Runs the image's commands as its user, with nothing but its own environment and `settings`, in a tree that this user cannot
 * write to: migrates, asks for the help and for the sandbox that is not there, starts, asks the health check, stops. Returns
 * one line for each that went well; throws at the first that did not.
 */
export async function runImage(image, settings) {
  const done = [];
  const migrate = await finish(image, ['node', 'dist/bundle/cli.js', 'migrate'], settings);
  demand(migrate.code === 0, `migrate ended with ${migrate.code}: ${migrate.output}`);
  done.push(`migrate: ${migrate.output.trim().split('\n').at(-1)}`);

  const scratch = await finish(image, ['node', '-e', `require('node:fs').writeFileSync('written', '')`], settings);
  demand(scratch.code !== 0, 'the user of the image can write into its folder');
  done.push('its user cannot write into its folder');

  const help = await finish(image, ['node', 'dist/bundle/cli.js', '--help'], settings);
  demand(help.code === 0 && help.output.includes('preflight'), `--help ended with ${help.code}: ${help.output}`);
  const sandbox = await finish(image, ['node', 'dist/bundle/cli.js', 'sandbox'], settings);
  demand(sandbox.code === 1, `sandbox ended with ${sandbox.code}: ${sandbox.output}`);
  demand(/^error: [^\n]*sandbox[^\n]*\n$/.test(sandbox.output), `sandbox must say one line, not: ${sandbox.output}`);
  done.push(`--help lists the commands; the sandbox is not there: ${sandbox.output.trim()}`);

  const healthcheck = image.healthcheck.command;
  const early = await finish(image, healthcheck, settings);
  demand(early.code === 1, `the health check of a service that does not run ended with ${early.code}`);
  done.push('health check while nothing runs: exit code 1');

  const service = start(image, image.command, settings);
  try {
    const startedAt = performance.now();
    const elapsed = () => Math.round(performance.now() - startedAt);
    for (;;) {
      if ((await finish(image, healthcheck, settings)).code === 0) break;
      demand(service.exitCode === null, `the service ended with ${service.exitCode}: ${service.printed}`);
      demand(elapsed() < START_WITHIN_MS, `the health check did not succeed within ${START_WITHIN_MS} ms`);
      await delay(TRY_EVERY_MS);
    }
    done.push(`started; health check: exit code 0 after ${elapsed()} ms`);
    const ready = await fetch(`http://127.0.0.1:${settings.MANAGEMENT_PORT}/health/ready`);
    demand(ready.status === 200, `/health/ready answered ${ready.status}: ${await ready.text()}`);
    done.push('/health/ready: 200');

    const signalledAt = performance.now();
    service.kill(image.stopSignal);
    const [code, signal] = await Promise.race([once(service, 'exit'), delay(STOP_WITHIN_MS, ['none', null])]);
    demand(code === 0, `after ${image.stopSignal} it ended with ${code ?? signal}`);
    done.push(`${image.stopSignal}: exit code 0 after ${Math.round(performance.now() - signalledAt)} ms`);
  } finally {
    service.kill('SIGKILL');
  }
  return done;
}

function start(image, [program, ...args], settings) {
  const [uid, gid] = image.user.split(':').map(Number);
  const child = spawn(program, args, {
    cwd: join(image.root, image.directory),
    env: { PATH: process.env.PATH, HOME: '/nonexistent', TMPDIR: '/nonexistent', ...image.environment, ...settings },
    // Only root may switch to another user.
    ...(process.getuid() === 0 ? { uid, gid } : {}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (child.printed += chunk));
  return child;
}

async function finish(image, command, settings) {
  const child = start(image, command, settings);
  const [code] = await once(child, 'close');
  return { code, output: child.printed };
}

function demand(holds, message) {
  if (!holds) throw new Error(message);
}
