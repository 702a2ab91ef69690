import { type Schemas } from '../api/client';
import type { Column } from '../shared/data-table';
import { FilterBar, SearchBox, useFilters } from '../shared/filters';
import { useForms } from '../shared/form-titles';
import { List } from '../shared/list-parts';
import { Screen } from '../shared/screen';
import { Status } from '../shared/status';
import { When } from '../shared/when';
import { withWords } from '../shared/words';

const COLUMNS: Column<Schemas['FormView']>[] = [
  { title: 'Form', cell: ({ title, formId }) => title ?? formId },
  { title: 'Status', cell: ({ status }) => <Status of={status} /> },
  { title: 'Submissions', cell: ({ responseCount }) => responseCount.toLocaleString('en'), numeric: true },
  { title: 'Last submission', cell: ({ lastResponseAt }) => <When at={lastResponseAt} /> },
  {
    title: 'Mapping',
    cell: ({ mappingProblems, identifierMapping }) =>
      mappingProblems.length > 0 ? (
        <Status of="failed" word="Has a problem" />
      ) : (
        `${Object.keys(identifierMapping).length || 'None'} set by hand`
      ),
  },
  { title: 'Id', cell: ({ formId }) => <code>{formId}</code> },
];

export function FormsScreen() {
  const [filters, setFilters] = useFilters();
  const forms = useForms();
  const words = filters.q ?? '';
  const rows = withWords(forms.data?.items ?? [], words, ({ title, formId }) => `${title ?? ''} ${formId}`);
  return (
    <Screen title="Forms" about="What each question means, and what becomes of the answers.">
      <FilterBar>
        <SearchBox label="Find a form" value={words} onSearch={(q) => setFilters({ q: q.trim() })} />
      </FilterBar>
      <List
        query={forms}
        label="Forms"
        rows={rows}
        columns={COLUMNS}
        keyOf={({ formId }) => formId}
        linkOf={({ formId }) => ({ to: '/forms/$formId', params: { formId } })}
        empty={words ? 'No form matches.' : 'A form is known once its webhook is registered or something comes in.'}
      />
    </Screen>
  );
}
