/** Starts the service. Its configuration comes first: a wrong one is reported before the service, most of the work of a start, is loaded. */
import { loadConfigOrExit } from './config/process-environment';

async function main(): Promise<void> {
  const loaded = loadConfigOrExit();
  const { runService } = await import('./service.js');
  await runService(loaded);
}

main().catch((error: unknown) => {
  process.stderr.write(`The service could not start: ${error instanceof Error ? error.message : 'unknown error'}\n`);
  process.exit(1);
});
