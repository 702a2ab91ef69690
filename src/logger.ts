import { ConsoleLogger, LogLevel as NestLogLevel } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import { AppConfig, LogLevel } from './config/app-config';
import { countLogLine } from './metrics/log-lines';
import { formatTraceparent } from './core/traceparent';

const NEST_LEVELS: Record<LogLevel, NestLogLevel[]> = {
  error: ['fatal', 'error'],
  warn: ['fatal', 'error', 'warn'],
  info: ['fatal', 'error', 'warn', 'log'],
  debug: ['fatal', 'error', 'warn', 'log', 'debug'],
  trace: ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'],
};

/** The framework's own start-up messages: a line for every module and route. */
const FRAMEWORK_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** The logger of the service: JSON lines in production, readable ones elsewhere; one line per event in both. */
export class ServiceLogger extends ConsoleLogger {
  constructor(config: Pick<AppConfig, 'environment' | 'logLevel'>) {
    const json = config.environment === 'production';
    super({
      json,
      // Colours are for terminals; in a file or a pipe they are noise.
      colors: !json && Boolean(process.stdout.isTTY),
      compact: true,
      breakLength: Infinity,
      logLevels: NEST_LEVELS[config.logLevel],
      timestamp: false,
      // logger.warn('what happened', { facts }): the facts become members of the JSON line.
      structuredParams: true,
      flattenParams: true,
    });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    const ofFramework = typeof context === 'string' && FRAMEWORK_CONTEXTS.has(context);
    if (!ofFramework || this.isLevelEnabled('debug')) super.log(message, ...rest);
  }

  override warn(message: unknown, ...rest: unknown[]): void {
    if (this.isLevelEnabled('warn')) countLogLine('warn');
    super.warn(message, ...rest);
  }

  override error(message: unknown, ...rest: unknown[]): void {
    countLogLine('error');
    super.error(message, ...rest);
  }

  override fatal(message: unknown, ...rest: unknown[]): void {
    countLogLine('error');
    super.fatal(message, ...rest);
  }

  /** With tracing every line names the span it was written in, unless it names another one. */
  protected override getJsonLogObject(
    ...line: Parameters<ConsoleLogger['getJsonLogObject']>
  ): ReturnType<ConsoleLogger['getJsonLogObject']> {
    const span = trace.getActiveSpan()?.spanContext();
    const object = super.getJsonLogObject(...line);
    if (span) object.traceparent ??= formatTraceparent(span);
    return object;
  }
}
