import { Command, Option } from 'commander';
import { loadConfigOrExit } from '../config/process-environment';
import { parseDuration } from '../core/duration';
import { GATE_THRESHOLDS, Verdict } from '../operations/gate/release-gate';
import { Clock, SystemClock } from '../database/clock';
import { readBaseline } from '../operations/gate/baseline';
import type { GateSource } from '../operations/gate/gate-source';
import { formatGate, gateProgress } from '../operations/gate/gate-text';
import { MetricsEndpoint } from '../operations/gate/metrics-endpoint';
import { Prometheus } from '../operations/gate/prometheus';
import { watchGate } from '../operations/gate/watch-gate';
import { HttpClient } from '../operations/http-client';
import { EXIT_HOLD, EXIT_FAILED } from './exit-codes';
import { onInterrupt } from './interrupt';
import { duration, httpUrl, positive } from './options';
import { print, progress, textOptions } from './output';

interface Options {
  window: number;
  interval: number;
  metricsUrl?: string;
  prometheus?: string;
  selector: string;
  expectThroughput?: number;
  offered?: boolean;
  baseline?: string;
  once?: boolean;
  json?: boolean;
}

const EXIT_CODES: Record<Verdict, number> = { promote: 0, hold: EXIT_HOLD, rollback: EXIT_FAILED };

const HELP = `
Exit codes: 0 promote, 3 hold, 1 roll back, 2 usage, 78 configuration.
Whatever is not known holds: no metrics, no traffic, a service that often does not answer.

Examples:
  typeform-onboarding gate --window 30m --metrics-url http://127.0.0.1:9090/metrics
  typeform-onboarding gate --once --window 10m --prometheus http://prometheus:9090 --selector 'namespace="production"'`;

/** `gate`: promote, hold or roll back a release by its live metrics. */
export function addGateCommand(program: Command): void {
  program
    .command('gate')
    .description('watch the live metrics over a window and decide: promote, hold or roll back')
    .option('--window <duration>', 'how long to watch', duration, parseDuration('30m') ?? 0)
    .option('--interval <duration>', 'how often to look', duration, parseDuration('10s') ?? 0)
    .addOption(
      new Option('--metrics-url <url>', '/metrics of the service (default: where the configuration has it)')
        .argParser(metricsUrl)
        .conflicts('prometheus'),
    )
    .addOption(new Option('--prometheus <url>', 'ask a Prometheus that scrapes the service').argParser(httpUrl))
    .option(
      '--selector <matchers>',
      'with --prometheus: which series are this release, e.g. namespace="production"',
      '',
    )
    .option(
      '--expect-throughput <per second>',
      'so much was offered: judge whether more than that was served',
      positive,
    )
    .option('--offered', `short for --expect-throughput ${GATE_THRESHOLDS.throughputPerSecond}`)
    .option('--baseline <file>', 'compare with an earlier gate --json instead of the time before')
    .option('--once', 'do not watch: judge the window that has passed, or without --prometheus all since the start')
    .option('--json', 'print the decision as JSON')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
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
          baseline: options.baseline === undefined ? null : readBaseline(options.baseline),
          clock,
          signal: onInterrupt(),
          onProgress: (sofar) => progress(gateProgress(sofar)),
        });
        print(options.json ? JSON.stringify(report, null, 2) : formatGate(report, textOptions()));
        process.exitCode = EXIT_CODES[report.verdict];
      } finally {
        http.close();
      }
    });
}

/** A base URL stands for its /metrics. */
function metricsUrl(text: string): string {
  const url = httpUrl(text);
  return new URL(url).pathname === '/' ? `${url}/metrics` : url;
}

function sourceOf(
  { prometheus, metricsUrl: given, selector, once }: Options,
  http: HttpClient,
  clock: Clock,
): GateSource {
  if (prometheus !== undefined) return new Prometheus(prometheus, http, selector);
  return new MetricsEndpoint(given ?? configuredMetricsUrl(), http, clock, once ?? false);
}

/** Where a service with the configuration of this environment shows its metrics on this machine. */
function configuredMetricsUrl(): string {
  const { host, port, managementPort } = loadConfigOrExit().config.http;
  return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${managementPort ?? port}/metrics`;
}
