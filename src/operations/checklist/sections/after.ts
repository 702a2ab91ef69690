/** The section "Post-Deployment Validation" of docs/production-checklist.md, line by line, and how each is answered. */
import { automatic, ChecklistSection } from '../checklist-line';

export const after: ChecklistSection = {
  title: 'Post-Deployment Validation',
  phase: 'after',
  groups: [
    {
      title: 'Immediate Checks (0-15 minutes)',
      lines: [
        automatic('immediate.started', 'Services started successfully', ['service.started']),
        automatic('immediate.log-errors', 'No critical errors in logs', ['service.log-errors']),
        automatic('immediate.health', 'Basic health check endpoint responding', ['service.health']),
        automatic('immediate.database', 'Database connectivity confirmed', ['service.database']),
      ],
    },
    {
      title: 'Functional Testing (15-30 minutes)',
      lines: [
        automatic('functional.webhook', 'Send test webhook', ['webhook.accepted', 'cleanup.done'], {
          how: '`npm run cli -- verify --url <base>` (for a signature to use with curl: `npm run cli -- sign --file body.json`)',
        }),
        automatic('functional.signature', 'Verify signature validation working', [
          'webhook.tampered-refused',
          'webhook.unsigned-refused',
        ]),
        automatic('functional.record', 'Check database record creation', ['webhook.record-created']),
        automatic('functional.rate-limit', 'Validate rate limiting enforcement', ['webhook.rate-limit']),
      ],
    },
    {
      title: 'Performance Validation (30-60 minutes)',
      lines: [
        automatic('performance.latency', 'Monitor webhook processing latency (<50ms target)', ['performance.latency']),
        automatic('performance.concurrency', 'Check concurrent processing capability', ['performance.concurrency']),
        automatic('performance.memory', 'Verify memory usage stable', ['performance.memory']),
        automatic('performance.pace', 'Monitor rate limiting compliance (2 req/sec)', ['performance.typeform-pace']),
      ],
    },
    {
      title: 'Security Validation (Throughout deployment)',
      lines: [
        automatic('security.signature', 'Signature verification working correctly', ['security.signature']),
        automatic('security.alerts', 'No security alerts triggered', ['security.alerts']),
        automatic('security.replay', 'Replay attack protection active', ['security.replay']),
        automatic('security.audit', 'Audit logging functional', ['security.audit']),
      ],
    },
  ],
};
