/** The section "Monitoring and Alerting" of docs/production-checklist.md, line by line, and how each is answered. */
import { automatic, ChecklistSection } from '../checklist-line';

/** Whether Prometheus has loaded the rules. */
const LOADED = '`npm run cli -- checklist --phase monitoring --prometheus <url>`';

export const monitoring: ChecklistSection = {
  title: 'Monitoring and Alerting',
  phase: 'monitoring',
  groups: [
    {
      title: 'Critical Metrics to Monitor',
      lines: [
        automatic('metrics.success-rate', 'Webhook success rate (>99% target)', ['gate.success-rate']),
        automatic('metrics.latency', 'Processing latency (<50ms average)', ['gate.latency']),
        automatic('metrics.memory', 'Memory usage (<200MB growth)', ['gate.memory-growth']),
        automatic('metrics.pace', 'Rate limiting compliance', ['gate.pace-compliance']),
        automatic('metrics.queue-depth', 'Retry queue depth', ['gate.queue-depth']),
      ],
    },
    {
      title: 'Alert Configuration',
      lines: [
        automatic('alerts.critical', 'Critical alerts configured (success rate <95%)', ['evidence.alerts-critical'], {
          how: LOADED,
        }),
        automatic('alerts.warning', 'Warning alerts configured (latency >100ms)', ['evidence.alerts-warning'], {
          how: LOADED,
        }),
        automatic('alerts.security', 'Security alerts active (signature failures)', ['evidence.alerts-security'], {
          how: LOADED,
        }),
        automatic('alerts.performance', 'Performance alerts enabled', ['evidence.alerts-performance'], { how: LOADED }),
      ],
    },
  ],
};
