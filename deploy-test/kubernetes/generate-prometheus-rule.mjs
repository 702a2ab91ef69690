// Wraps deploy/prometheus/rules.yaml, the one source of the alert rules, into the PrometheusRule of the Prometheus operator.
// `--check` writes nothing and exits with 1 when the committed file differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { parse, stringify } from 'yaml';

const deploy = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'deploy');
const source = join(deploy, 'prometheus', 'rules.yaml');
const target = join(deploy, 'kubernetes', 'components', 'monitoring', 'prometheus-rule.yaml');

const manifest = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'typeform-onboarding', labels: { 'app.kubernetes.io/name': 'typeform-onboarding' } },
  spec: { groups: parse(readFileSync(source, 'utf8')).groups },
};
const written = `# Made from deploy/prometheus/rules.yaml by \`npm run generate:prometheus-rule\`; change it there.\n${stringify(manifest)}`;
const text = await format(written, { ...(await resolveConfig(target)), filepath: target });

if (!process.argv.includes('--check')) {
  writeFileSync(target, text);
} else if (readFileSync(target, 'utf8') !== text) {
  process.stderr.write('prometheus-rule.yaml is out of date: npm run generate:prometheus-rule\n');
  process.exitCode = 1;
}
