/** The section "Post-Deployment Tasks" of docs/production-checklist.md, line by line, and how each is answered. */
import { CHECK_IDS } from '../check-ids';
import { assisted, automatic, ChecklistSection, manual } from '../checklist-line';

export const followUp: ChecklistSection = {
  title: 'Post-Deployment Tasks',
  phase: 'follow-up',
  groups: [
    {
      title: 'Immediate (First 2 hours)',
      lines: [
        automatic('first-hours.metrics', 'Monitor all metrics closely', ['metrics.present', ...CHECK_IDS.gate]),
        assisted('first-hours.logs', 'Review error logs for any issues', ['service.log-errors']),
        automatic('first-hours.functionality', 'Validate customer-facing functionality', [
          'webhook.accepted',
          'webhook.record-created',
          'public-url.reachable',
        ]),
        manual('first-hours.issues', 'Document any unexpected issues', {
          how: '`npm run cli -- checklist set issues "<text>"`',
        }),
      ],
    },
    {
      title: 'Short-term (First 24 hours)',
      lines: [
        assisted('first-day.performance', 'Performance trend analysis', [
          'gate.latency',
          'gate.degradation',
          'gate.memory-growth',
        ]),
        assisted('first-day.security', 'Security event review', [
          'security.alerts',
          'security.audit',
          'gate.signature-failures',
        ]),
        manual('first-day.feedback', 'Customer feedback monitoring'),
        automatic('first-day.stability', 'System stability validation', [
          'service.health',
          'gate.success-rate',
          'gate.queue-depth',
          'gate.memory-growth',
        ]),
      ],
    },
    {
      title: 'Long-term (First week)',
      lines: [
        assisted('first-week.performance', 'Weekly performance review', ['gate.latency', 'gate.degradation']),
        assisted('first-week.audit', 'Security audit validation', ['security.audit', 'release.dependency-audit']),
        manual('first-week.satisfaction', 'Customer satisfaction metrics'),
        manual('first-week.lessons', 'Lessons learned documentation'),
      ],
    },
  ],
};
