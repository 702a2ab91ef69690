/** The section "Rollback Criteria" of docs/production-checklist.md, line by line, and how each is answered. */
import { automatic, ChecklistSection, manual } from '../checklist-line';

export const rollback: ChecklistSection = {
  title: 'Rollback Criteria',
  phase: 'rollback',
  groups: [
    {
      title: 'Automatic Rollback Triggers',
      lines: [
        automatic('triggers.success-rate', 'Webhook success rate drops below 90%', ['gate.success-rate'], {
          trigger: true,
        }),
        automatic('triggers.security', 'Critical security alerts', ['security.alerts', 'gate.signature-failures'], {
          trigger: true,
        }),
        automatic('triggers.start', 'Service unable to start', ['service.started'], { trigger: true }),
        automatic('triggers.database', 'Database connectivity issues', ['service.database'], { trigger: true }),
      ],
    },
    {
      title: 'Manual Rollback Decision Points',
      lines: [
        automatic('decisions.degradation', 'Performance degradation >20%', ['gate.degradation'], { trigger: true }),
        automatic('decisions.log-errors', 'Unexpected errors in logs', ['service.log-errors'], { trigger: true }),
        automatic(
          'decisions.typeform',
          'TypeForm API integration issues',
          ['typeform.api-key', 'typeform.webhooks-in-sync', 'gate.pace-compliance'],
          { trigger: true },
        ),
        manual('decisions.customers', 'Customer-reported issues', { trigger: true }),
      ],
    },
  ],
};
