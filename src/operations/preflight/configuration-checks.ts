import type { ConfigFinding } from '../../config/load-config';
import { Check, failed, passed } from '../check';
import type { PreflightContext } from './preflight-context';

/** Every problem of the configuration, named; and what would make it better. */
export function configurationChecks({ report }: PreflightContext): Check[] {
  return [
    {
      id: 'config.valid',
      title: 'configuration is valid',
      severity: 'block',
      run: () =>
        report.problems.length === 0
          ? passed(`NODE_ENV=${report.environment}: every variable is valid`)
          : failed(
              list(report.problems),
              'set these variables as docs/configuration.md says; `config` shows what is in force',
            ),
    },
    {
      id: 'config.recommendations',
      title: 'configuration follows the recommendations',
      severity: 'warn',
      run: () => {
        const found = [...report.warnings, ...report.recommendations];
        return found.length === 0
          ? passed('nothing to recommend')
          : failed(list(found), 'follow what is recommended, or leave it on purpose');
      },
    },
  ];
}

function list(findings: readonly ConfigFinding[]): string {
  return findings.map(({ name, message }) => `${name} ${message}`).join('; ');
}
