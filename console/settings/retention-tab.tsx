import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { counted } from '../shared/counted';
import type { Column } from '../shared/data-table';
import { FilterBar, SearchBox, useFilters } from '../shared/filters';
import { useFormTitle } from '../shared/form-titles';
import { List } from '../shared/list-parts';
import { Section } from '../shared/screen';
import { When } from '../shared/when';
import { withWords } from '../shared/words';

type Row = Schemas['FormRetentionView'];

const COLUMNS: Column<Row>[] = [
  { title: 'Kept', cell: ({ retentionDays }) => (retentionDays === 0 ? 'forever' : counted(retentionDays, 'day')) },
  { title: 'Decided by', cell: ({ decidedBy }) => (decidedBy === 'form' ? 'the form' : 'the installation') },
  { title: 'Removed at the next run', cell: ({ expired }) => expired, numeric: true },
  { title: 'Removed within 7 days', cell: ({ expiringWithin7Days }) => expiringWithin7Days, numeric: true },
  { title: 'Next expiry', cell: ({ nextExpiryAt }) => <When at={nextExpiryAt} /> },
];

export default function RetentionTab() {
  const [filters, setFilters] = useFilters();
  const words = filters.q ?? '';
  const retention = useQuery({
    queryKey: ['retention'],
    queryFn: () => ask(api.GET('/v1/retention', { params: { query: { limit: 200 } } })),
  });
  const titleOf = useFormTitle();
  const columns = useMemo<Column<Row>[]>(
    () => [
      {
        title: 'Form',
        cell: ({ formId, title }) => {
          const known = titleOf(formId);
          return known === formId ? (title ?? formId) : known;
        },
      },
      ...COLUMNS,
    ],
    [titleOf],
  );
  const rows = withWords(retention.data?.items ?? [], words, ({ formId, title }) => `${title ?? ''} ${formId}`);
  return (
    <Section title="How long submissions are kept">
      <FilterBar>
        <SearchBox label="Find a form" value={words} onSearch={(q) => setFilters({ q: q.trim() })} />
      </FilterBar>
      <List
        query={retention}
        label="Retention"
        rows={rows}
        columns={columns}
        keyOf={({ formId }) => formId}
        linkOf={({ formId }) => ({ to: '/forms/$formId', params: { formId } })}
        empty={words ? 'No form matches.' : 'No form is known yet.'}
      />
    </Section>
  );
}
