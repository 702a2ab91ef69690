import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, ask, type Schemas } from '../api/client';
import { DataTable, type Column } from '../shared/data-table';
import { ListStates } from '../shared/list-parts';
import { Section } from '../shared/screen';
import { When } from '../shared/when';

const COLUMNS: Column<Schemas['FormRetentionView']>[] = [
  {
    title: 'Form',
    cell: ({ formId, title }) => (
      <Link to="/forms/$formId" params={{ formId }}>
        {title ?? formId}
      </Link>
    ),
  },
  { title: 'Kept', cell: ({ retentionDays }) => (retentionDays === 0 ? 'for ever' : `${retentionDays} days`) },
  { title: 'Decided by', cell: ({ decidedBy }) => (decidedBy === 'form' ? 'the form' : 'the installation') },
  { title: 'Goes next run', cell: ({ expired }) => expired, numeric: true },
  { title: 'Within 7 days', cell: ({ expiringWithin7Days }) => expiringWithin7Days, numeric: true },
  { title: 'Next expiry', cell: ({ nextExpiryAt }) => <When at={nextExpiryAt} /> },
];

export default function RetentionTab() {
  const retention = useQuery({
    queryKey: ['retention'],
    queryFn: () => ask(api.GET('/v1/retention', { params: { query: { limit: 200 } } })),
  });
  const rows = retention.data?.items ?? [];
  return (
    <Section title="How long submissions are kept">
      <ListStates query={retention} isEmpty={rows.length === 0} empty="No form is known yet.">
        <DataTable label="Retention" rows={rows} columns={COLUMNS} keyOf={({ formId }) => formId} />
      </ListStates>
    </Section>
  );
}
