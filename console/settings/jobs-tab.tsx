import { useQuery } from '@tanstack/react-query';
import { api, ask, type Schemas } from '../api/client';
import { DataTable, type Column } from '../shared/data-table';
import { useFormTitle } from '../shared/form-titles';
import { ListStates } from '../shared/list-parts';
import { Section } from '../shared/screen';
import { Status } from '../shared/status';
import { When } from '../shared/when';

const KINDS: Record<Schemas['JobView']['kind'], string> = {
  reprocess: 'Apply a mapping',
  replay: 'Replay',
  retention: 'Retention',
};

const JOBS: Column<Schemas['JobView']>[] = [
  { title: 'What', cell: ({ kind }) => KINDS[kind] },
  { title: 'Status', cell: ({ status }) => <Status of={status} /> },
  { title: 'Done', cell: ({ done, total }) => (total === null ? done : `${done} of ${total}`), numeric: true },
  { title: 'Failed', cell: ({ failed }) => failed, numeric: true },
  { title: 'By', cell: ({ createdBy }) => createdBy },
  { title: 'Started', cell: ({ startedAt, createdAt }) => <When at={startedAt ?? createdAt} /> },
];

/** Work in the background: of people, and of the service itself. */
export default function JobsTab() {
  const titleOf = useFormTitle();
  const jobs = useQuery({
    queryKey: ['jobs', 'list'],
    queryFn: () => ask(api.GET('/v1/jobs', { params: { query: { limit: 50 } as never } })),
  });
  const runs = useQuery({
    queryKey: ['backfills', 'list'],
    queryFn: () => ask(api.GET('/v1/backfills', { params: { query: { limit: 50 } } })),
  });
  const RUNS: Column<Schemas['BackfillView']>[] = [
    { title: 'Form', cell: ({ formId }) => titleOf(formId) },
    { title: 'Status', cell: ({ status }) => <Status of={status} /> },
    { title: 'Why', cell: ({ trigger }) => trigger },
    { title: 'Read', cell: ({ seen }) => seen, numeric: true },
    { title: 'Recovered', cell: ({ recovered }) => recovered, numeric: true },
    { title: 'Ended', cell: ({ finishedAt }) => <When at={finishedAt} /> },
    { title: 'Problem', cell: ({ error }) => error },
  ];
  return (
    <>
      <Section title="Jobs">
        <ListStates query={jobs} isEmpty={jobs.data?.items.length === 0} empty="None ran in the last 90 days.">
          <DataTable label="Jobs" rows={jobs.data?.items ?? []} columns={JOBS} keyOf={({ id }) => id} />
        </ListStates>
      </Section>
      <Section title="Back-fills">
        <ListStates query={runs} isEmpty={runs.data?.items.length === 0} empty="None ran yet.">
          <DataTable label="Back-fills" rows={runs.data?.items ?? []} columns={RUNS} keyOf={({ id }) => id} />
        </ListStates>
      </Section>
    </>
  );
}
