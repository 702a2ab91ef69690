/** What can be chosen: by options, or by variables of the environment. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { FAULTS } from './faults';

export interface DrillOptions {
  rounds: number;
  rate: number;
  seed: number;
  faults: string[];
}

/** Reads the arguments; prints the help, or what is wrong with them, and ends the process where there is nothing to do. */
export function readArguments(argv: readonly string[]): DrillOptions {
  const names = FAULTS.map(({ name }) => name);
  const command = new Command('npm run test:failover --')
    .description(
      'Three machines with PostgreSQL, Patroni and etcd, and two replicas of the service: the primary fails again and again while webhooks ' +
        'come in. Exits 1 when an acknowledged event is lost or counted twice.',
    )
    .addOption(option('--rounds <count>', 'how many failovers', 'FAILOVER_ROUNDS', 10))
    .addOption(option('--rate <perSecond>', 'webhooks a second', 'FAILOVER_RATE', 200))
    .addOption(option('--seed <number>', 'of the events; printed', 'FAILOVER_SEED', Date.now() % 1_000_000_000))
    .addOption(
      new Option('--faults <names>', `in turn, separated by commas: ${names.join(', ')}`)
        .env('FAILOVER_FAULTS')
        .argParser((text) => text.split(',').map((name) => known(name, names)))
        .default(names, 'all'),
    )
    .parse([...argv], { from: 'user' });
  return command.opts<DrillOptions>();
}

function option(flags: string, description: string, variable: string, value: number): Option {
  return new Option(flags, description).env(variable).argParser(positive).default(value);
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}

function known(name: string, names: readonly string[]): string {
  if (!names.includes(name)) throw new InvalidArgumentError(`There is no fault "${name}".`);
  return name;
}
