import type { Command } from 'commander';
import { loadConfigOrExit } from '../config/process-environment';
import { SANDBOX_API_KEY } from '../typeform/typeform-account';
import { print, progress } from './output';
import { SUMMARIES } from './summaries';

/** `sandbox`: the Typeform stand-in alone. */
export function addSandboxCommand(program: Command): void {
  program
    .command('sandbox')
    .description(SUMMARIES.sandbox)
    .option('--port <port>', 'the port to listen on (default: SANDBOX_PORT)')
    .option('--seed <seed>', 'the same seed produces the same forms and submissions', '1')
    .option('--speed <factor>', 'the speed of its clock', '1')
    .option('--json', 'print the address as JSON')
    .addHelpText(
      'after',
      '\nRuns until Ctrl-C. Exit codes: 0 stopped, 1 it could not start, 2 wrong usage, 78 invalid configuration.',
    )
    .action(
      async ({ port, seed, speed, json = false }: { port?: string; seed: string; speed: string; json?: boolean }) => {
        const { config } = loadConfigOrExit();
        const wanted = port === undefined ? config.sandboxPort : Number(port);
        const clockSpeed = Number(speed);
        if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535)
          program.error('error: --port must be from 0 to 65535');
        if (!(clockSpeed >= 0)) program.error('error: --speed must be a number, 0 or more');
        const { TypeformSandbox } = await loadSandbox();
        const sandbox = await TypeformSandbox.start({
          port: wanted,
          apiKey: SANDBOX_API_KEY,
          seed,
          clockSpeed,
          log: progress,
        }).catch((error: unknown) => {
          throw explained(error, wanted);
        });
        const { url } = sandbox;
        const sentence = `The Typeform sandbox listens on ${url}/sandbox and accepts the API key ${SANDBOX_API_KEY}`;
        print(json ? JSON.stringify({ url, apiKey: SANDBOX_API_KEY }) : sentence);
        const stop = (): void => void sandbox.stop().then(() => process.exit(0));
        process.once('SIGINT', stop);
        process.once('SIGTERM', stop);
      },
    );
}

/** The production image does not contain the sandbox. */
async function loadSandbox(): Promise<typeof import('../../sandbox/sandbox.js')> {
  try {
    return await import('../../sandbox/sandbox.js');
  } catch (error) {
    // The file itself is missing, not something that it needs. import() and the bundle's require() have words of their own for it.
    if (!(error instanceof Error) || !/^Cannot find module '[^']*\/sandbox\.js'/.test(error.message)) throw error;
    throw new Error('the sandbox is a development tool and not part of this installation; run it from a checkout', {
      cause: error,
    });
  }
}

/** Turns a port that cannot be had into an error with a remedy; passes every other error on. */
function explained(error: unknown, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new Error(
      `port ${port} is already in use: stop the program that listens there (perhaps a service with its own sandbox), or choose another one with --port (0: any)`,
      { cause: error },
    );
  if (code === 'EACCES')
    return new Error(`port ${port} is reserved for the system: choose one above 1023 with --port`, { cause: error });
  return error;
}
