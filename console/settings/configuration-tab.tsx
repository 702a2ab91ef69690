import { useQuery } from '@tanstack/react-query';
import { api, ask, type Schemas } from '../api/client';
import type { Column } from '../shared/data-table';
import { List } from '../shared/list-parts';
import { Section } from '../shared/screen';
import { Status } from '../shared/status';
import { useFind } from './find-in-list';
import css from './settings.module.css';

type Report = Schemas['ConfigurationView'];
type Setting = Schemas['SettingView'];

const SOURCES: Record<Setting['source'], string> = {
  environment: 'the environment',
  generated: 'generated',
  default: 'the default',
  unset: 'not set',
};

const COLUMNS: Column<Setting>[] = [
  { title: 'Variable', cell: ({ name }) => <code>{name}</code> },
  {
    title: 'Value',
    cell: ({ value, meaning }) => (value === null ? <span className="muted">{meaning}</span> : <code>{value}</code>),
  },
  { title: 'From', cell: ({ source }) => SOURCES[source] },
];

/** The output of the `config` command, for the process that answers. */
export default function ConfigurationTab() {
  const find = useFind('Find a variable, a value or where it comes from');
  const report = useQuery({ queryKey: ['configuration'], queryFn: () => ask(api.GET('/v1/configuration')) });
  const rows = find.among(
    report.data?.settings ?? [],
    ({ name, value, meaning, source }) => `${name} ${value ?? meaning ?? ''} ${SOURCES[source]}`,
  );
  return (
    <>
      {report.data && <Findings of={report.data} />}
      <Section title="Configuration in force">
        {report.data && <p className="muted">NODE_ENV is {report.data.environment}. Secrets are never shown.</p>}
        {find.bar()}
        <List
          query={report}
          label="Configuration in force"
          rows={rows}
          columns={COLUMNS}
          keyOf={({ name }) => name}
          empty={find.empty('There are no variables.')}
        />
      </Section>
    </>
  );
}

function Findings({ of: { problems, warnings, recommendations } }: { of: Report }) {
  const all = [
    ...problems.map((found) => ({ ...found, state: 'failed', word: 'Problem' })),
    ...warnings.map((found) => ({ ...found, state: 'drifted', word: 'Warning' })),
    ...recommendations.map((found) => ({ ...found, state: 'not_yet_known', word: 'Recommendation' })),
  ];
  return (
    <Section title="Findings">
      {all.length === 0 ? (
        <p>No problems, warnings or recommendations.</p>
      ) : (
        <ul className={css.findings}>
          {all.map(({ name, message, state, word }) => (
            <li key={word + name + message}>
              <Status of={state} word={word} />
              <span>
                <code>{name}</code> {message}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
