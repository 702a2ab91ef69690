/** The section "Sign-off" of docs/production-checklist.md, line by line, and how each is answered. */
import { assisted, ChecklistSection, field, manual } from '../checklist-line';

export const signOff: ChecklistSection = {
  title: 'Sign-off',
  phase: 'sign-off',
  groups: [
    {
      title: 'Technical Sign-off',
      lines: [
        assisted('sign-off.lead-engineer', '**Lead Engineer**: Functionality validated', [
          'webhook.accepted',
          'webhook.record-created',
        ]),
        assisted('sign-off.devops-engineer', '**DevOps Engineer**: Infrastructure stable', [
          'host.disk-space',
          'host.clock-skew',
          'host.file-limits',
          'service.health',
        ]),
        assisted('sign-off.security-engineer', '**Security Engineer**: Security compliance verified', [
          'security.signature',
          'security.replay',
          'security.audit',
        ]),
        assisted(
          'sign-off.qa-engineer',
          '**QA Engineer**: Quality gates met',
          ['evidence.tests', 'gate.success-rate', 'gate.latency'],
          { how: '`npm run cli -- gate --window 30m` and `npm run cli -- checklist --ci-results test-results.json`' },
        ),
      ],
    },
    {
      title: 'Business Sign-off',
      lines: [
        manual('sign-off.product-manager', '**Product Manager**: Feature requirements met'),
        assisted(
          'sign-off.operations-manager',
          '**Operations Manager**: Monitoring functional',
          ['metrics.present', 'evidence.alert-rules'],
          { how: '`npm run cli -- verify --url <base>` and `npm run cli -- checklist --prometheus <url>`' },
        ),
        assisted(
          'sign-off.support-manager',
          '**Support Manager**: Support documentation ready',
          ['evidence.documents'],
          { how: 'read docs/runbook.md and docs/troubleshooting.md' },
        ),
      ],
    },
    {
      title: 'Final Approval',
      lines: [
        manual('sign-off.technical-director', '**Technical Director**: Overall deployment approved'),
        field('date', '**Date**: ________________'),
        manual('sign-off.successful', '**Deployment Successful**: ☐ Yes ☐ No (rollback initiated)'),
      ],
    },
    {
      title: null,
      lines: [
        field('completion-time', '**Deployment Completion Time**: ________________'),
        field('next-review', '**Next Review Date**: ________________'),
        field('issues', '**Issues Encountered**: ________________'),
      ],
    },
  ],
};
