// Writes deploy/grafana/dashboard.json (or the given file): npm run dashboard
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ReduceDataOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import prettier from 'prettier';
import { ROWS } from './panels.mjs';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const STAT = { height: 4, span: 6 };
const GRAPH = { height: 8, span: 12 };

/** One panel in Grafana's format; panels.mjs holds their descriptions. */
function toPanel(id, { kind, title, description = '', unit, decimals, min, max, steps, queries }) {
  const size = kind === 'stat' ? STAT : GRAPH;
  const latest = new ReduceDataOptionsBuilder().calcs(['lastNotNull']);
  const panel = (kind === 'stat' ? new StatBuilder().reduceOptions(latest) : new GraphBuilder())
    .id(id)
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .unit(unit)
    .height(size.height)
    .span(size.span);
  if (decimals !== undefined) panel.decimals(decimals);
  if (min !== undefined) panel.min(min).max(max);
  if (steps) {
    panel.thresholds(
      new ThresholdsConfigBuilder().mode('absolute').steps(steps.map(([color, value = null]) => ({ color, value }))),
    );
  }
  for (const [index, [expr, legend = '']] of queries.entries()) {
    panel.withTarget(
      new DataqueryBuilder()
        .refId(String.fromCharCode('A'.charCodeAt(0) + index))
        .datasource(DATASOURCE)
        .expr(expr)
        .legendFormat(legend),
    );
  }
  return panel;
}

const dashboard = new DashboardBuilder('Typeform onboarding')
  .uid('typeform-onboarding')
  .description('Every critical metric of the production checklist, with the metrics that explain it')
  .tags(['typeform-onboarding'])
  .timezone('browser')
  .time({ from: 'now-6h', to: 'now' })
  .refresh('30s')
  .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
  .withVariable(
    new QueryVariableBuilder('job')
      .label('Job')
      .datasource(DATASOURCE)
      .query('label_values(onboarding_build_info, job)')
      .includeAll(true)
      .multi(true)
      .refresh(2),
  );
let id = 0;
for (const { title, panels } of ROWS) {
  dashboard.withRow(new RowBuilder(title).id(++id));
  for (const panel of panels) dashboard.withPanel(toPanel(++id, panel));
}

const target =
  process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'deploy', 'grafana', 'dashboard.json');
writeFileSync(target, await prettier.format(JSON.stringify(dashboard.build()), { parser: 'json', printWidth: 120 }));
