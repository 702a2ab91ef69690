import type { Command } from 'commander';
import { checkEnvironment } from '../config/load-config';
import { meaningOfNotSet } from '../config/not-set';
import { EXIT_CONFIGURATION, processEnvironment } from '../config/process-environment';
import { print } from './output';
import { SUMMARIES } from './summaries';

/** `config`: the configuration health report. */
export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description(SUMMARIES.config)
    .option('--json', 'print the report as JSON')
    .addHelpText('after', '\nExit codes: 0 valid, 2 wrong usage, 78 invalid configuration.')
    .action(({ json = false }: { json?: boolean }) => {
      const { report } = checkEnvironment(processEnvironment);
      if (json) print(JSON.stringify(report, null, 2));
      else {
        print(`environment: ${report.environment}`);
        for (const [name, value] of Object.entries(report.settings))
          print(`  ${name.padEnd(34)} ${value ?? meaningOfNotSet(name)}`);
        for (const kind of ['problems', 'warnings', 'recommendations'] as const) {
          print(`${kind}: ${report[kind].length === 0 ? 'none' : ''}`);
          for (const { name, message } of report[kind]) print(`  ${name} ${message}`);
        }
      }
      process.exitCode = report.problems.length === 0 ? 0 : EXIT_CONFIGURATION;
    });
}
