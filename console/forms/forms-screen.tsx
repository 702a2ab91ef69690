import { type Schemas } from '../api/client';
import { DataTable, type Column } from '../shared/data-table';
import { FilterBar, SearchBox, useFilters } from '../shared/filters';
import { useForms } from '../shared/form-titles';
import { ListStates } from '../shared/list-parts';
import { Screen } from '../shared/screen';
import { Status } from '../shared/status';
import { When } from '../shared/when';

const COLUMNS: Column<Schemas['FormView']>[] = [
  { title: 'Form', cell: ({ title, formId }) => title ?? formId },
  { title: 'Status', cell: ({ status }) => <Status of={status} /> },
  { title: 'Submissions', cell: ({ responseCount }) => responseCount.toLocaleString('en'), numeric: true },
  { title: 'Last', cell: ({ lastResponseAt }) => <When at={lastResponseAt} /> },
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
  const words = (filters.q ?? '').toLowerCase();
  const rows = (forms.data?.items ?? []).filter(({ title, formId }) =>
    `${title ?? ''} ${formId}`.toLowerCase().includes(words),
  );
  return (
    <Screen title="Forms" about="What each question means, and what becomes of the answers.">
      <FilterBar>
        <SearchBox label="Find a form" value={filters.q ?? ''} onSearch={(q) => setFilters({ q: q.trim() })} />
      </FilterBar>
      <ListStates
        query={forms}
        isEmpty={rows.length === 0}
        empty={words ? 'No form matches.' : 'A form is known once its webhook is registered or something comes in.'}
      >
        <DataTable
          label="Forms"
          rows={rows}
          columns={COLUMNS}
          keyOf={({ formId }) => formId}
          linkOf={({ formId }) => ({ to: '/forms/$formId', params: { formId } })}
        />
      </ListStates>
    </Screen>
  );
}
