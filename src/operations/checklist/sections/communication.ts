/** The section "Communication" of docs/production-checklist.md, line by line, and how each is answered. */
import { ChecklistSection, manual } from '../checklist-line';

export const communication: ChecklistSection = {
  title: 'Communication',
  phase: 'communication',
  groups: [
    {
      title: 'Internal Communication',
      lines: [
        manual('internal.start', 'Engineering team notified of deployment start'),
        manual('internal.updates', 'Status updates every 30 minutes during deployment'),
        manual('internal.outcome', 'Success/failure notification sent'),
        manual('internal.summary', 'Post-deployment summary documented'),
      ],
    },
    {
      title: 'External Communication (if needed)',
      lines: [
        manual('external.support', 'Customer support team informed'),
        manual('external.status-page', 'Status page updated if maintenance required'),
        manual('external.users', 'User notifications if service interruption expected'),
      ],
    },
  ],
};
