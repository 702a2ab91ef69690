/** The only file that touches `process.env`. */
import { counted } from '../core/counted';
import { Environment, loadConfig, LoadedConfig } from './load-config';
import { SETTINGS } from './settings';

/** sysexits.h EX_CONFIG: the exit code of a misconfigured process. */
export const EXIT_CONFIGURATION = 78;

/** The process' environment as given. */
export const processEnvironment: Environment = process.env;

/** Read before the rest of the configuration, since tracing starts first. An invalid value stops the start later. */
export const tracingIsOn: boolean =
  Boolean(process.env.OTEL_EXPORTER_OTLP_ENDPOINT) &&
  SETTINGS.OTEL_EXPORTER_OTLP_ENDPOINT.schema.safeParse(process.env.OTEL_EXPORTER_OTLP_ENDPOINT).success;

/** Loads the configuration of this process; on problems prints every one of them and exits with code 78. */
export function loadConfigOrExit(): Extract<LoadedConfig, { ok: true }> {
  const loaded = loadConfig(processEnvironment);
  if (loaded.ok) return loaded;
  const lines = loaded.report.problems.map(({ name, message }) => `  ${name} ${message}`);
  process.stderr.write(`The configuration has ${counted(lines.length, 'problem')}:\n${lines.join('\n')}\n`);
  process.exit(EXIT_CONFIGURATION);
}
