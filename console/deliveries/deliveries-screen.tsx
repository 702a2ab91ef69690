import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { DataTable, type Column } from '../shared/data-table';
import { Chips, Choice, FilterBar, SearchBox, useFilters } from '../shared/filters';
import { useFormOptions, useFormTitle } from '../shared/form-titles';
import { JobProgress } from '../shared/job-progress';
import { ListStates, NewOnes } from '../shared/list-parts';
import { Screen } from '../shared/screen';
import { Notice } from '../shared/states';
import { stateWord, Status } from '../shared/status';
import { useSteadyList } from '../shared/steady-list';
import { TimeRange, useTimeRange } from '../shared/time-range';
import { When } from '../shared/when';
import { failureInWords, reasonInWords } from './reasons';
import { ReplayDialog } from './replay-dialog';
import { ReplayMatchingDialog } from './replay-matching-dialog';

type Delivery = Schemas['DeliveryView'];

const STATUSES = ['pending', 'processed', 'retrying', 'dead', 'ignored', 'quarantined'] as const;
const SOURCES = [
  ['', 'Any source'],
  ['webhook', 'Webhook'],
  ['backfill', 'Back-fill'],
] as const;
const idOf = ({ eventId }: Delivery): string => eventId;

export function DeliveriesScreen() {
  const [filters, setFilters] = useFilters();
  const { status, formId, source, token, job } = filters;
  const range = useTimeRange(filters);
  const mayReplay = useMay('operator');
  const titleOf = useFormTitle();
  const navigate = useNavigate();
  const [replaying, setReplaying] = useState<string | null>(null);
  const [replayingAll, setReplayingAll] = useState(false);
  const [notToken, setNotToken] = useState(false);
  const query = { ...range, ...pick({ status, formId, source, token }) };
  const { rows, fresh, showNew, list, renew } = useSteadyList<Delivery>({
    kind: 'deliveries',
    filters: query,
    page: (part) => ask(api.GET('/v1/deliveries', { params: { query: { ...query, ...part } as never } })),
    idOf,
    one: (eventId) => ask(api.GET('/v1/deliveries/{eventId}', { params: { path: { eventId } } })),
  });

  const columns: Column<Delivery>[] = [
    { title: 'Status', cell: ({ status }) => <Status of={status} /> },
    { title: 'Form', cell: ({ formId }) => titleOf(formId) },
    { title: 'Received', cell: ({ receivedAt }) => <When at={receivedAt} /> },
    { title: 'Token', cell: ({ token }) => <code>{token}</code> },
    { title: 'Why', cell: why },
    { title: 'Attempts', cell: ({ attempts }) => attempts, numeric: true },
  ];
  return (
    <Screen
      title="Deliveries"
      about="Everything Typeform or a back-fill brought, newest first."
      actions={mayReplay && <Button onClick={() => setReplayingAll(true)}>Replay matching …</Button>}
    >
      {job && <JobProgress id={job} title="Replay" onDone={() => void renew()} />}
      <FilterBar>
        <SearchBox
          label="Find by token"
          value={token ?? ''}
          onSearch={(text) => {
            const isToken = /^[\w-]*$/.test(text.trim());
            setNotToken(!isToken);
            setFilters({ token: isToken ? text.trim() : '' });
          }}
        />
        <Choice
          label="Form"
          hideLabel
          value={formId ?? ''}
          options={useFormOptions()}
          onChange={(value) => setFilters({ formId: value })}
        />
        <Choice
          label="Source"
          hideLabel
          value={source ?? ''}
          options={SOURCES}
          onChange={(value) => setFilters({ source: value })}
        />
        <TimeRange filters={filters} onChange={setFilters} />
      </FilterBar>
      <Chips
        label="Status"
        options={STATUSES.map((each) => [each, stateWord(each)] as const)}
        chosen={status?.split(',') ?? []}
        onChange={(chosen) => setFilters({ status: chosen.join(',') })}
      />
      {notToken && (
        <Notice>
          Deliveries are found by the token of their submission. To find a person,{' '}
          <button type="button" onClick={() => void navigate({ to: '/clients' })}>
            search the clients
          </button>
          .
        </Notice>
      )}
      <NewOnes fresh={fresh} onShow={showNew} />
      <ListStates
        query={list}
        isEmpty={rows.length === 0}
        empty={Object.keys(query).length > 0 ? 'No delivery matches these filters.' : 'Nothing has come in yet.'}
      >
        <DataTable
          label="Deliveries"
          rows={rows}
          columns={columns}
          keyOf={idOf}
          linkOf={({ eventId }) => ({ to: '/deliveries/$eventId', params: { eventId } })}
          onReplay={mayReplay ? ({ eventId }) => setReplaying(eventId) : undefined}
        />
      </ListStates>
      {mayReplay && <p className="muted small">Keys: j and k move, Enter opens, r replays, / searches.</p>}
      <ReplayDialog eventId={replaying} onClose={() => setReplaying(null)} />
      {replayingAll && (
        <ReplayMatchingDialog
          filter={query}
          onClose={() => setReplayingAll(false)}
          onStarted={(jobId) => setFilters({ job: jobId })}
        />
      )}
    </Screen>
  );
}

function why({ status, reason, lastError, nextAttemptAt }: Delivery) {
  if (reason !== null) return reasonInWords(reason);
  if (lastError === null || status === 'processed') return null;
  return (
    <>
      {failureInWords(lastError)}
      {nextAttemptAt !== null && (
        <>
          {' '}
          Next attempt <When at={nextAttemptAt} />.
        </>
      )}
    </>
  );
}

function pick(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1])));
}
