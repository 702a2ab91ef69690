/** The section "Pre-Deployment" of docs/production-checklist.md, line by line, and how each is answered. */
import { assisted, automatic, ChecklistSection, manual } from '../checklist-line';

export const before: ChecklistSection = {
  title: 'Pre-Deployment',
  phase: 'before',
  groups: [
    {
      title: 'Code Preparation',
      lines: [
        automatic('code.tests', 'All tests passing in CI/CD pipeline', ['evidence.tests'], {
          how: '`npx jest --selectProjects unit e2e processes --json --outputFile test-results.json`, then `npm run cli -- checklist --ci-results test-results.json`',
        }),
        manual('code.review', 'Code review completed and approved'),
        automatic('code.security-scan', 'Security scan completed with no critical issues', [
          'release.dependency-audit',
        ]),
        automatic('code.benchmarks', 'Performance benchmarks validated', ['evidence.benchmarks'], {
          how: '`npm run bench`',
        }),
        assisted('code.documentation', 'Documentation updated', ['evidence.documents'], {
          how: 'read README.md and docs/',
        }),
      ],
    },
    {
      title: 'Environment Preparation',
      lines: [
        automatic('environment.variables', 'Production environment variables configured', ['config.valid'], {
          how: '`npm run cli -- config`',
        }),
        assisted('environment.migrations-reviewed', 'Database migration scripts reviewed', ['database.migrations'], {
          how: '`npm run cli -- preflight --only database.migrations --show-sql`',
        }),
        automatic('environment.backup', 'Backup of current production state completed', ['database.backup'], {
          how: '`npm run cli -- preflight --only database.backup --make-backup <directory>`',
        }),
        assisted('environment.rollback-plan', 'Rollback plan documented and reviewed', ['evidence.rollback-plan'], {
          how: 'read docs/rollback.md',
        }),
      ],
    },
    {
      title: 'Security Validation',
      lines: [
        automatic('secrets.webhooks', 'Webhook secrets configured (minimum 20 characters)', [
          'secrets.webhook-length',
          'secrets.webhook-strength',
          'secrets.defaults',
        ]),
        automatic('secrets.typeform-keys', 'TypeForm API keys validated', ['typeform.api-key', 'typeform.scopes']),
        automatic('secrets.certificates', 'SSL certificates valid and up to date', ['public-url.tls']),
        manual('secrets.compliance', 'Security compliance documented'),
      ],
    },
  ],
};
