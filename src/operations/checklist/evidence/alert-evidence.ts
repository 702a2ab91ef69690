/** Whether the alerts the checklist asks for are shipped, and loaded by the Prometheus that is to raise them. */
import { z } from 'zod';
import { counted } from '../../../core/counted';
import { ALERT_DEMANDS, AlertRule, shippedAlerts } from './alert-rules';
import { failed, Finding, passed } from '../../check';
import { Evidence, unclear } from './evidence';

const answer = z.object({
  data: z.object({ groups: z.array(z.object({ rules: z.array(z.object({ name: z.string(), type: z.string() })) })) }),
});

/** `prometheusUrl`: null when none is to be asked; then the lines stay open. */
export function alertEvidence(projectRoot: string, prometheusUrl: string | null): Evidence[] {
  const kinds = Object.keys(ALERT_DEMANDS) as (keyof typeof ALERT_DEMANDS)[];
  return [
    { id: 'evidence.alert-rules', severity: 'block', title: 'alert rules', run: (signal) => judge(() => true, signal) },
    ...kinds.map((kind): Evidence => ({
      id: `evidence.alerts-${kind}`,
      severity: 'block',
      title: `${kind} alerts`,
      run: (signal) => judge(ALERT_DEMANDS[kind], signal),
    })),
  ];

  async function judge(wanted: (alert: AlertRule) => boolean, signal: AbortSignal): Promise<Finding> {
    const { alerts, files } = shippedAlerts(projectRoot);
    const names = alerts.filter(wanted).map(({ name }) => name);
    if (files.length === 0) return unclear('no alert rules below deploy/', 'run this in a checkout of the release');
    if (names.length === 0) return failed(`no such rule in ${files.join(', ')}`, 'add the rule');
    const evidence = `${counted(names.length, 'rule')} in ${files.join(', ')}: ${names.join(', ')}`;
    if (prometheusUrl === null) {
      return unclear(
        `${evidence}; whether Prometheus has loaded them was not checked`,
        'pass its address with --prometheus <url>',
      );
    }
    const loaded = await loadedAlerts(prometheusUrl, signal);
    const missing = names.filter((name) => !loaded.has(name));
    if (missing.length === 0) return passed(`${evidence}; loaded by Prometheus`);
    return failed(`Prometheus has not loaded ${missing.join(', ')}`, `load ${files.join(', ')} into Prometheus`);
  }
}

/** Names of the alerts Prometheus evaluates. Throws when it does not answer as Prometheus does. */
async function loadedAlerts(prometheusUrl: string, signal: AbortSignal): Promise<Set<string>> {
  const response = await fetch(new URL('api/v1/rules?type=alert', `${prometheusUrl.replace(/\/$/, '')}/`), { signal });
  if (!response.ok) throw new Error(`Prometheus answered ${response.status}`);
  const { data } = answer.parse(await response.json());
  return new Set(data.groups.flatMap(({ rules }) => rules.map(({ name }) => name)));
}
