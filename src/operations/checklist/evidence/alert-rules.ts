/** The alert rules that are shipped, by what they watch. */
import { z } from 'zod';
import { deployDocuments } from './deploy-files';

const rule = z.object({
  alert: z.string().optional(),
  expr: z.union([z.string(), z.number()]).transform(String),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
});
const groups = z.array(z.object({ rules: z.array(rule) }));
/** A rules file of Prometheus, or the PrometheusRule of its operator. */
const rules = z.union([z.object({ groups }), z.object({ spec: z.object({ groups }) }).transform(({ spec }) => spec)]);

export interface AlertRule {
  name: string;
  severity: string;
  /** Its expression and annotations, searched for what it watches. */
  text: string;
}

/** What the checklist requires an alert for, each covered by at least one rule. */
export const ALERT_DEMANDS = {
  /** Success rate below 95 %. */
  critical: ({ severity, text }: AlertRule) => severity === 'critical' && /success/i.test(text) && /95/.test(text),
  /** Latency above 100 ms. */
  warning: ({ severity, text }: AlertRule) =>
    severity === 'warning' && /latency|ack_seconds/i.test(text) && /\b0?\.1\b|100 ?ms/.test(text),
  security: ({ text }: AlertRule) => /signature/i.test(text),
  performance: ({ text }: AlertRule) => /latency|memory|queue|inbox_oldest/i.test(text),
} satisfies Record<string, (rule: AlertRule) => boolean>;

/** Every alert below deploy/, each name once, with the files that contain them. */
export function shippedAlerts(projectRoot: string): { alerts: AlertRule[]; files: string[] } {
  const byName = new Map<string, AlertRule>();
  const files = new Set<string>();
  for (const { file, content } of deployDocuments(projectRoot)) {
    const parsed = rules.safeParse(content);
    if (!parsed.success) continue;
    for (const { alert, expr, labels, annotations } of parsed.data.groups.flatMap((group) => group.rules)) {
      if (alert === undefined) continue;
      const text = [alert, expr, ...Object.values(annotations)].join('\n');
      byName.set(alert, { name: alert, severity: labels.severity ?? 'none', text });
      files.add(file);
    }
  }
  return { alerts: [...byName.values()], files: [...files] };
}
