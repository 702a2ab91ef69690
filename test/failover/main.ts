/**
 * `npm run test:failover`. Runs itself once more in namespaces of its own: its networks, processes and mounts are nobody else's, and the
 * kernel takes all of them away when it ends, however it ends.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments } from './arguments';
import { postgresPrograms, whyNotHere } from './debian-programs';
import { runDrill } from './drill';

/** Set in the namespaces: the folder for everything. */
const FOLDER = 'FAILOVER_FOLDER';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const options = readArguments(process.argv.slice(2));
const folder = process.env[FOLDER];
if (folder === undefined) outside();
else void inside(folder);

function outside(): void {
  const reason = whyNotHere();
  if (reason !== undefined) {
    process.stderr.write(`${reason}\n`);
    process.exitCode = 2;
    return;
  }
  const made = mkdtempSync(join(tmpdir(), 'onboarding-failover-'));
  // The user postgres passes through it.
  chmodSync(made, 0o755);
  process.once('exit', () => rmSync(made, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  const arguments_ = [
    '--rounds',
    options.rounds,
    '--rate',
    options.rate,
    '--seed',
    options.seed,
    '--faults',
    options.faults,
  ];
  const child = spawn(
    'setpriv',
    [
      // It ends when this process does.
      ...['--pdeathsig', 'KILL'],
      ...['unshare', '--net', '--mount', '--ipc', '--pid', '--fork', '--kill-child', '--mount-proc'],
      // The first process of the namespace takes care of those whose parents have died.
      ...['sh', '-c', '"$@" & wait $!', 'sh'],
      ...[process.execPath, __filename, ...arguments_.map(String)],
    ],
    // A Ctrl-C is meant for this process alone.
    { stdio: ['ignore', 'inherit', 'inherit'], detached: true, env: { ...process.env, [FOLDER]: made } },
  );
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      process.stderr.write(`${signal}: everything is stopped and removed\n`);
      child.kill('SIGKILL');
    });
  }
  child.once('exit', (code) => process.exit(code ?? 1));
}

async function inside(where: string): Promise<void> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error('PostgreSQL is missing');
  const good = await runDrill(options, where, programs).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return false;
  });
  // What still runs ends with this process.
  process.exit(good ? 0 : 1);
}
