/** The section "Quality Gates" of docs/production-checklist.md, line by line, and how each is answered. */
import { CHECK_IDS } from '../check-ids';
import { automatic, ChecklistSection, manual } from '../checklist-line';

export const gates: ChecklistSection = {
  title: 'Quality Gates',
  phase: 'gates',
  groups: [
    {
      title: 'Security Gates',
      lines: [
        automatic('security-gates.tests', 'All security tests passing (43 tests)', ['evidence.security-tests'], {
          how: '`npm run cli -- checklist --phase gates --ci-results test-results.json`',
        }),
        automatic('security-gates.vulnerabilities', 'Zero critical vulnerabilities', ['release.dependency-audit']),
        manual('security-gates.owasp', 'OWASP compliance validated'),
        manual('security-gates.penetration', 'Penetration testing completed'),
      ],
    },
    {
      title: 'Performance Gates',
      lines: [
        automatic('performance-gates.latency', 'Webhook latency <50ms', ['performance.latency', 'gate.latency']),
        automatic('performance-gates.throughput', 'Concurrent processing >100/s', [
          'performance.concurrency',
          'gate.throughput',
        ]),
        automatic('performance-gates.memory', 'Memory growth <200MB under load', [
          'performance.memory',
          'gate.memory-growth',
        ]),
        automatic('performance-gates.pace', 'Rate limiting compliance 95%+', [
          'performance.typeform-pace',
          'gate.pace-compliance',
        ]),
      ],
    },
    {
      title: 'Functional Gates',
      lines: [
        automatic('functional-gates.integration', 'All integration tests passing', ['evidence.integration-tests'], {
          how: '`npm run cli -- checklist --phase gates --ci-results test-results.json`',
        }),
        automatic('functional-gates.real-api', 'E2E tests with real TypeForm API passing', CHECK_IDS['real-typeform']),
        automatic('functional-gates.retry', 'Retry logic validated', ['evidence.retry-tests'], {
          how: '`npm run cli -- checklist --phase gates --ci-results test-results.json`',
        }),
        automatic('functional-gates.webhooks', 'Webhook management functional', ['typeform.webhooks-in-sync']),
      ],
    },
  ],
};
