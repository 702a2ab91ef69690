/** The only file that touches `process.env`. */
import { counted } from '../core/counted';
import { Environment, loadConfig, ValidConfig } from './load-config';

/** sysexits.h EX_CONFIG: the exit code of a misconfigured process. */
export const EXIT_CONFIGURATION = 78;

/** The process' environment as given. */
export const processEnvironment: Environment = process.env;

/** For tracing, which starts before all that is handed the configuration. `main` loads the service only if that is valid. */
export const tracingIsOn = Boolean(process.env.OTEL_EXPORTER_OTLP_ENDPOINT);

/** Loads the configuration of this process; on problems prints every one of them and exits with code 78. */
export function loadConfigOrExit(): ValidConfig {
  const loaded = loadConfig(processEnvironment);
  if (loaded.ok) return loaded;
  const lines = loaded.report.problems.map(({ name, message }) => `  ${name} ${message}`);
  process.stderr.write(`The configuration has ${counted(lines.length, 'problem')}:\n${lines.join('\n')}\n`);
  process.exit(EXIT_CONFIGURATION);
}
