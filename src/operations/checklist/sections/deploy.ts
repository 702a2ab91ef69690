/** The section "Deployment Process" of docs/production-checklist.md, line by line, and how each is answered. */
import { assisted, automatic, ChecklistSection, manual } from '../checklist-line';

export const deploy: ChecklistSection = {
  title: 'Deployment Process',
  phase: 'deploy',
  groups: [
    {
      title: 'Phase 1: Infrastructure Preparation',
      lines: [
        manual('infrastructure.window', 'Maintenance window scheduled and communicated'),
        assisted('infrastructure.load-balancer', 'Load balancer configured for gradual rollout', [
          'evidence.gradual-rollout',
          'public-url.dns',
          'public-url.reachable',
        ]),
        automatic('infrastructure.alerts', 'Monitoring alerts configured', ['evidence.alert-rules']),
        manual('infrastructure.contacts', 'Emergency contacts notified'),
      ],
    },
    {
      title: 'Phase 2: Database Updates',
      comment: '# Database migration',
      lines: [
        automatic(
          'database.backup',
          'Backup current database: `pg_dump production > backup_$(date +%Y%m%d_%H%M%S).sql`',
          ['database.backup'],
          { here: 'npm run cli -- checklist --phase deploy --make-backup <directory>' },
        ),
        automatic('database.migrate', 'Run migrations: `poetry run alembic upgrade head`', ['database.migrations'], {
          here: 'npm run cli -- migrate',
        }),
        automatic(
          'database.migrated',
          'Verify migration success: `poetry run alembic current`',
          ['database.migrations', 'database.privileges'],
          { here: 'npm run migration:show' },
        ),
      ],
    },
    {
      title: 'Phase 3: Application Deployment',
      comment: '# Application update',
      lines: [
        manual('application.stop', 'Stop current services: `systemctl stop webhook-service`', {
          here: 'SIGTERM: docker stop, systemctl stop or kubectl rollout; what is in flight is finished',
        }),
        automatic('application.code', 'Deploy new code: `git checkout production-release-tag`', [
          'release.git-tag',
          'release.image-digest',
        ]),
        automatic(
          'application.dependencies',
          'Install dependencies: `poetry install --only=main`',
          ['evidence.dependencies'],
          { here: 'npm ci && npm run build && npm prune --omit=dev' },
        ),
        automatic('application.configuration', 'Update configuration files', ['config.valid']),
        automatic('application.start', 'Start services: `systemctl start webhook-service`', ['service.started'], {
          here: 'npm start, docker run or kubectl rollout',
        }),
      ],
    },
    {
      title: 'Phase 4: Configuration Validation',
      comment: '# Validate configuration',
      lines: [
        automatic(
          'configuration.health',
          'Check config health: `poetry run python -c "from src.contexts.client_onboarding.config import config; print(config.health_check())"`',
          ['config.valid', 'config.recommendations'],
          { here: 'npm run cli -- config' },
        ),
        automatic('configuration.variables', 'Verify environment variables are set correctly', [
          'config.valid',
          'secrets.admin-key',
          'keys.encryption',
          'redis.reachable',
        ]),
        automatic('configuration.database', 'Test database connectivity', ['database.reachable', 'database.version']),
        automatic('configuration.typeform', 'Validate TypeForm API connectivity', [
          'typeform.api-key',
          'typeform.region',
        ]),
      ],
    },
  ],
};
