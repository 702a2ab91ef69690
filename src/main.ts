/** Starts the service. Its configuration comes first: a wrong one is reported before the service, most of the work of a start, is loaded. */
import { inspect } from 'node:util';
import { loadConfigOrExit } from './config/process-environment';
import { keepRequestsYoung } from './young-generation';

async function main(): Promise<void> {
  keepRequestsYoung();
  const loaded = loadConfigOrExit();
  const { runService } = await import('./service.js').catch((error: unknown) => {
    // The installation is broken: where is more than a message says.
    process.stderr.write(`The service could not be loaded: ${inspect(error)}\n`);
    process.exit(1);
  });
  await runService(loaded);
}

main().catch((error: unknown) => {
  process.stderr.write(`The service could not start: ${error instanceof Error ? error.message : 'unknown error'}\n`);
  process.exit(1);
});
