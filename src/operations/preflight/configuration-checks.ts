import type { ConfigFinding } from '../../config/config-report';
import { Check, failed, passed } from '../check';
import type { PreflightContext } from './preflight-context';

/** Every problem of the configuration, and every recommendation. */
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
              'correct these variables (docs/configuration.md explains each); `config` shows the values in force',
            ),
    },
    {
      id: 'config.recommendations',
      title: 'configuration follows the recommendations',
      severity: 'warn',
      run: () => {
        const found = [...report.warnings, ...report.recommendations];
        return found.length === 0
          ? passed('no recommendations')
          : failed(list(found), 'follow the recommendations, or decide not to');
      },
    },
  ];
}

function list(findings: readonly ConfigFinding[]): string {
  return findings.map(({ name, message }) => `${name} ${message}`).join('; ');
}
