import { Command, InvalidArgumentError, Option } from 'commander';
import { loadConfigOrExit } from '../config/process-environment';
import { GATE_THRESHOLDS, Verdict } from '../operations/gate/release-gate';
import { Clock, SystemClock } from '../database/clock';
import { readBaseline } from '../operations/gate/baseline';
import type { GateSource } from '../operations/gate/gate-source';
import type { WindowFigures } from '../operations/gate/gate-window';
import { formatGate, gateProgress } from '../operations/gate/gate-text';
import { MetricsEndpoint } from '../operations/gate/metrics-endpoint';
import { Prometheus } from '../operations/gate/prometheus';
import { watchGate } from '../operations/gate/watch-gate';
import { HttpClient } from '../operations/http-client';
import { EXIT_HOLD, EXIT_FAILED } from './exit-codes';
import { onInterrupt } from './interrupt';
import { durationOption, httpUrl, positive, refuseSelectorAlone, selectorOption } from './options';
import { print, progress, textOptions } from './output';
import { SUMMARIES } from './summaries';

interface Options {
  window: number;
  interval: number;
  metricsUrl?: string;
  prometheus?: string;
  selector?: string;
  expectThroughput?: number;
  offered?: boolean;
  baseline?: WindowFigures;
  once?: boolean;
  json?: boolean;
}

const EXIT_CODES: Record<Verdict, number> = { promote: 0, hold: EXIT_HOLD, rollback: EXIT_FAILED };

const HELP = `
Exit codes: 0 promote, 3 hold, 1 roll back, 2 wrong usage, 78 invalid configuration.
Anything unknown means hold: no metrics, no traffic, a service that often fails to answer.

Examples:
  typeform-onboarding gate --window 30m --metrics-url http://127.0.0.1:9090/metrics
  typeform-onboarding gate --once --window 10m --prometheus http://prometheus:9090 --selector 'namespace="production"'`;

/** `gate`: promote, hold or roll back a release by its live metrics. */
export function addGateCommand(program: Command): void {
  program
    .command('gate')
    .description(SUMMARIES.gate)
    .addOption(durationOption('--window <duration>', 'how long to watch', '30m'))
    .addOption(durationOption('--interval <duration>', 'how often to read the metrics', '10s'))
    .addOption(
      new Option('--metrics-url <url>', '/metrics of the service (default: on this machine, at the configured port)')
        .argParser(metricsUrl)
        .conflicts('prometheus'),
    )
    .addOption(
      new Option('--prometheus <url>', 'query a Prometheus that scrapes the service instead').argParser(httpUrl),
    )
    .addOption(selectorOption())
    .option(
      '--expect-throughput <per second>',
      'the load that was offered: fewer acknowledgements than that are too few',
      positive,
    )
    .option('--offered', `the same as --expect-throughput ${GATE_THRESHOLDS.throughputPerSecond}`)
    .option('--baseline <file>', 'compare with the report of an earlier gate --json', baseline)
    .option(
      '--once',
      'judge immediately: by the past window, or without --prometheus by everything since the process started',
    )
    .option('--json', 'print the decision as JSON')
    .addHelpText('after', HELP)
    .action(async (options: Options, command: Command) => {
      refuseSelectorAlone(command, options);
      const http = new HttpClient();
      const clock = new SystemClock();
      const offered = options.offered ? GATE_THRESHOLDS.throughputPerSecond : null;
      try {
        const report = await watchGate({
          source: sourceOf(options, http, clock),
          windowMs: options.window,
          intervalMs: options.interval,
          once: options.once ?? false,
          expectThroughput: options.expectThroughput ?? offered,
          baseline: options.baseline ?? null,
          clock,
          signal: onInterrupt(),
          onProgress: (soFar) => progress(gateProgress(soFar)),
        });
        print(options.json ? JSON.stringify(report, null, 2) : formatGate(report, textOptions()));
        process.exitCode = EXIT_CODES[report.verdict];
      } finally {
        http.close();
      }
    });
}

function baseline(path: string): WindowFigures {
  try {
    return readBaseline(path);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : 'This file cannot be read.');
  }
}

/** A base URL means its /metrics. */
function metricsUrl(text: string): string {
  const url = httpUrl(text);
  return new URL(url).pathname === '/' ? `${url}/metrics` : url;
}

function sourceOf(
  { prometheus, metricsUrl: given, selector = '', once }: Options,
  http: HttpClient,
  clock: Clock,
): GateSource {
  if (prometheus !== undefined) return new Prometheus(prometheus, http, selector);
  if (given !== undefined) return new MetricsEndpoint(given, http, clock, once ?? false);
  const { url, key } = configuredMetrics();
  return new MetricsEndpoint(url, http, clock, once ?? false, key);
}

/** Where a service with the configuration of this environment shows its metrics on this machine. */
function configuredMetrics(): { url: string; key: string | null } {
  const { http, access } = loadConfigOrExit().config;
  const { host, port, managementPort } = http;
  const url = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${managementPort ?? port}/metrics`;
  return { url, key: managementPort === null ? access.adminApiKey : null };
}
