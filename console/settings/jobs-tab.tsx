import { useQuery } from '@tanstack/react-query';
import { api, ask, type Schemas } from '../api/client';
import type { Column, LinkTarget } from '../shared/data-table';
import { FilterBar, SearchBox } from '../shared/filters';
import { useFormTitle } from '../shared/form-titles';
import { List } from '../shared/list-parts';
import { usePrivateSearch } from '../shared/private-search';
import { Section } from '../shared/screen';
import { stateWord, Status } from '../shared/status';
import { When } from '../shared/when';
import { withWords } from '../shared/words';

type Job = Schemas['JobView'];
type Run = Schemas['BackfillView'];

const MOST = 200;
const KINDS: Record<Job['kind'], string> = {
  reprocess: 'Apply a mapping',
  replay: 'Replay',
  retention: 'Retention',
};

const TRIGGERS: Record<Run['trigger'], string> = {
  admin: 'Somebody asked for it',
  initial: 'A webhook was registered',
  start: 'The service started',
  repair: 'A webhook was repaired',
  daily: 'Daily check',
};

const JOBS: Column<Job>[] = [
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
  const [words, setWords] = usePrivateSearch();
  const jobs = useQuery({
    queryKey: ['jobs', 'list'],
    queryFn: () => ask(api.GET('/v1/jobs', { params: { query: { limit: MOST } } })),
  });
  const runs = useQuery({
    queryKey: ['backfills', 'list'],
    queryFn: () => ask(api.GET('/v1/backfills', { params: { query: { limit: MOST } } })),
  });
  const RUNS: Column<Run>[] = [
    { title: 'Form', cell: ({ formId }) => titleOf(formId) },
    { title: 'Status', cell: ({ status }) => <Status of={status} /> },
    { title: 'Why', cell: ({ trigger }) => TRIGGERS[trigger] },
    { title: 'Read', cell: ({ seen }) => seen, numeric: true },
    { title: 'Recovered', cell: ({ recovered }) => recovered, numeric: true },
    { title: 'Ended', cell: ({ finishedAt }) => <When at={finishedAt} /> },
    { title: 'Problem', cell: ({ error }) => error },
  ];
  return (
    <>
      <FilterBar>
        <SearchBox label="Find a job or a back-fill" value={words} onSearch={setWords} />
      </FilterBar>
      <Section title="Jobs">
        <List
          query={jobs}
          label="Jobs"
          rows={withWords(
            jobs.data?.items ?? [],
            words,
            (job) => `${KINDS[job.kind]} ${stateWord(job.status)} ${job.createdBy}`,
          )}
          columns={JOBS}
          keyOf={({ id }) => id}
          linkOf={leadsTo}
          empty={words ? 'No job matches.' : 'No jobs in the last 90 days.'}
        />
      </Section>
      <Section title="Back-fills">
        <List
          query={runs}
          label="Back-fills"
          rows={withWords(
            runs.data?.items ?? [],
            words,
            (run) => `${titleOf(run.formId)} ${run.formId} ${stateWord(run.status)} ${TRIGGERS[run.trigger]}`,
          )}
          columns={RUNS}
          keyOf={({ id }) => id}
          linkOf={({ formId }) => ({ to: '/deliveries', search: { formId, source: 'backfill' } })}
          empty={words ? 'No back-fill matches.' : 'No back-fills yet.'}
        />
      </Section>
    </>
  );
}

/** The screen that shows the results of a job. */
function leadsTo({ id, kind, params }: Job): LinkTarget {
  if (kind === 'replay') return { to: '/deliveries', search: { job: id } };
  const { formId } = params;
  if (kind === 'reprocess' && typeof formId === 'string') return { to: '/forms/$formId', params: { formId } };
  return { to: '/settings', search: { tab: 'retention' } };
}
