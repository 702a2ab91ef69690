/** `npm run bench`: compares the service with other receivers, prints tables, writes bench/results/latest.json. */
import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import { dirname, join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { BenchServer } from './bench-server';
import { LoadGenerator } from './load/load-generator';
import { PROJECT } from './places';
import { formatReport } from './report';
import type { BenchContext } from './scenarios/bench-context';
import { measureDrain } from './scenarios/drain';
import { measureFloods } from './scenarios/floods';
import { measureHistory } from './scenarios/history';
import { measureLatency } from './scenarios/latency';
import { measureMemory } from './scenarios/memory';
import { measureRecords } from './scenarios/records';
import { measureRetention } from './scenarios/retention';
import { measureSustained } from './scenarios/sustained';
import { measureThroughput } from './scenarios/throughput';
import { isMet, ScenarioResult } from './thresholds';

const SCENARIOS = {
  latency: measureLatency,
  throughput: measureThroughput,
  records: measureRecords,
  drain: measureDrain,
  sustained: measureSustained,
  memory: measureMemory,
  history: measureHistory,
  floods: measureFloods,
  retention: measureRetention,
};
type ScenarioName = keyof typeof SCENARIOS;
/** Storing millions of events takes minutes, so history is measured only on request. */
const DEFAULT_SCENARIOS: ScenarioName[] = ['latency', 'throughput', 'records', 'drain', 'sustained', 'memory'];
const RESULTS_FILE = join(PROJECT, 'bench', 'results', 'latest.json');

interface Options {
  only: ScenarioName[];
  quick: boolean;
  json: boolean;
  events: number;
}

function readOptions(): Options {
  return new Command('npm run bench --')
    .description(
      'Compares the service with other receivers. Needs only Node and npm: it starts its own PostgreSQL in a\n' +
        'temporary directory, or uses the server at TEST_DATABASE_URL (its user must be allowed to create databases).\n' +
        'Prints tables, writes bench/results/latest.json. Exit code: 0 all thresholds met, 1 one was missed, 2 usage.',
    )
    .addOption(
      new Option('--only <names...>', 'what to measure').choices(Object.keys(SCENARIOS)).default(DEFAULT_SCENARIOS),
    )
    .option('--quick', 'shorter measurements: for a first look, not for a verdict', false)
    .option(
      '--events <number>',
      'history: the number of stored events to measure up to (more than 50,000)',
      eventCount,
      1_000_000,
    )
    .option('--json', 'print the results as JSON instead of tables (progress goes to stderr)', false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse()
    .opts<Options>();
}

function eventCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count <= 50_000) throw new InvalidArgumentError('give a whole number above 50000.');
  return count;
}

async function run(): Promise<boolean> {
  const options = readOptions();
  const startedAt = new Date();
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  log('Starting PostgreSQL');
  const server = await BenchServer.start(process.env.TEST_DATABASE_URL || undefined);
  const generator = new LoadGenerator();
  const stop = async (): Promise<void> => {
    await generator.stop();
    await server.stop();
  };
  stopOnSignal(stop);
  try {
    const machine = {
      node: process.version,
      os: `${process.platform} ${release()}`,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      database: server.description,
    };
    log(`${machine.database}; Node ${machine.node}; ${machine.cores} cores, shared by server, load and database`);
    const results = new Map<ScenarioName, ScenarioResult>();
    for (const name of options.only) {
      const context: BenchContext = {
        server,
        generator,
        quick: options.quick,
        historyEvents: options.events,
        log: (line) => log(`${name}: ${line}`),
      };
      results.set(name, await SCENARIOS[name](context));
    }
    const report = {
      startedAt,
      seconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
      quick: options.quick,
      machine,
      thresholds: [...results.values()].flatMap(({ thresholds }) =>
        thresholds.map((threshold) => ({ ...threshold, met: isMet(threshold) })),
      ),
      ...Object.fromEntries([...results].map(([name, { measured }]) => [name, measured])),
    };
    mkdirSync(dirname(RESULTS_FILE), { recursive: true });
    writeFileSync(RESULTS_FILE, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(
      options.json ? `${JSON.stringify(report, null, 2)}\n` : `\n${formatReport([...results.values()])}`,
    );
    return report.thresholds.every(({ met }) => met);
  } finally {
    await stop();
  }
}

/** Ctrl-C leaves neither a server nor a database behind. */
function stopOnSignal(stop: () => Promise<void>): void {
  const onSignal = (): void => {
    process.stderr.write('Stopping\n');
    void stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
}

run().then(
  (met) => process.exit(met ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`The benchmark failed: ${error instanceof Error ? error.message : 'unknown error'}\n`);
    process.exit(1);
  },
);
