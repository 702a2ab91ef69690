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
        assisted(
          'infrastructure.load-balancer',
          'Load balancer configured for gradual rollout',
          ['evidence.gradual-rollout', 'public-url.dns', 'public-url.reachable'],
          {
            how: '`npm run cli -- preflight --only public-url.dns public-url.reachable` and `npm run cli -- checklist --phase deploy`',
          },
        ),
        automatic('infrastructure.alerts', 'Monitoring alerts configured', ['evidence.alert-rules'], {
          how: '`npm run cli -- checklist --phase deploy --prometheus <url>`',
        }),
        manual('infrastructure.contacts', 'Emergency contacts notified'),
      ],
    },
    {
      title: 'Phase 2: Database Updates',
      lines: [
        automatic('database.backup', 'Backup current database', ['database.backup'], {
          how: '`npm run cli -- preflight --only database.backup --make-backup <directory>`',
        }),
        automatic('database.migrate', 'Run migrations', ['database.migrations'], { how: '`npm run cli -- migrate`' }),
        automatic('database.migrated', 'Verify migration success', ['database.migrations', 'database.privileges'], {
          how: '`npm run migration:show`',
        }),
      ],
    },
    {
      title: 'Phase 3: Application Deployment',
      lines: [
        manual('application.stop', 'Stop current services', {
          how: '`systemctl stop typeform-onboarding` or `docker stop --time 30 typeform-onboarding` (on Kubernetes the rollout does it)',
        }),
        automatic('application.code', 'Deploy new code', ['release.git-tag', 'release.image-digest'], {
          how: '`git checkout <release tag>` or an image named by its digest (`npm run cli -- preflight --only release.git-tag release.image-digest --image <name@sha256:digest>`)',
        }),
        automatic('application.dependencies', 'Install dependencies', ['evidence.dependencies'], {
          how: '`npm ci && npm run build && npm prune --omit=dev` (an image contains them)',
        }),
        automatic('application.configuration', 'Update configuration files', ['config.valid'], {
          how: 'as docs/configuration.md explains, then `npm run cli -- config`',
        }),
        automatic('application.start', 'Start services', ['service.started'], {
          how: '`systemctl start typeform-onboarding`, `docker run -d --name typeform-onboarding --env-file production.env -p 3000:3000 typeform-onboarding` or `kubectl apply -k deploy/kubernetes/overlays/production`',
        }),
      ],
    },
    {
      title: 'Phase 4: Configuration Validation',
      lines: [
        automatic('configuration.health', 'Check config health', ['config.valid', 'config.recommendations'], {
          how: '`npm run cli -- config`',
        }),
        automatic('configuration.variables', 'Verify environment variables are set correctly', [
          'config.valid',
          'secrets.admin-key',
          'keys.encryption',
          'redis.reachable',
        ]),
        automatic('configuration.database', 'Test database connectivity', [
          'database.reachable',
          'database.version',
          'database.encoding',
          'database.sessions',
        ]),
        automatic('configuration.typeform', 'Validate TypeForm API connectivity', [
          'typeform.api-key',
          'typeform.region',
        ]),
      ],
    },
  ],
};
