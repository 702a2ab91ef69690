import { Link } from '@tanstack/react-router';
import { useCallback, useId, useMemo, useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import type { Column, LinkTarget } from '../shared/data-table';
import { Chips, Choice, FilterBar, SearchBox, useFilters } from '../shared/filters';
import { useFormOptions, useFormTitle } from '../shared/form-titles';
import { JobProgress } from '../shared/job-progress';
import { given, oneOf } from '../shared/given';
import { SteadyList } from '../shared/list-parts';
import { Result } from '../shared/result';
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
const linkOf = ({ eventId }: Delivery): LinkTarget => ({ to: '/deliveries/$eventId', params: { eventId } });

export function DeliveriesScreen() {
  const [filters, setFilters] = useFilters();
  const { status, formId, source, token, job } = filters;
  const range = useTimeRange(filters);
  const mayReplay = useMay('operator');
  const titleOf = useFormTitle();
  const [replaying, setReplaying] = useState<string | null>(null);
  const [replayingAll, setReplayingAll] = useState(false);
  const [notToken, setNotToken] = useState(false);
  const statuses = STATUSES.filter((each) => status?.split(',').includes(each));
  const query = given({
    ...range,
    status: statuses.join(','),
    formId,
    source: oneOf(['webhook', 'backfill'], source),
    token,
  });
  const isFiltered = Object.keys(query).length > 0;
  const deliveries = useSteadyList<Delivery>({
    kind: 'deliveries',
    filters: query,
    page: (part) => ask(api.GET('/v1/deliveries', { params: { query: { ...query, ...part } } })),
    idOf,
    one: (eventId) => ask(api.GET('/v1/deliveries/{eventId}', { params: { path: { eventId } } })),
  });

  const columns = useMemo<Column<Delivery>[]>(
    () => [
      { title: 'Status', cell: ({ status }) => <Status of={status} /> },
      { title: 'Form', cell: ({ formId }) => titleOf(formId) },
      { title: 'Received', cell: ({ receivedAt }) => <When at={receivedAt} /> },
      { title: 'Token', cell: ({ token }) => <code>{token}</code> },
      { title: 'Why', cell: why },
      { title: 'Attempts', cell: ({ attempts }) => attempts, numeric: true },
    ],
    [titleOf],
  );
  const replay = useCallback(({ eventId }: Delivery) => setReplaying(eventId), []);
  return (
    <Screen
      title="Deliveries"
      about="Everything Typeform or a back-fill brought, newest first."
      actions={mayReplay && <ReplayMatching isFiltered={isFiltered} onClick={() => setReplayingAll(true)} />}
    >
      <Result />
      {job && <JobProgress id={job} title="Replay" onDone={() => void deliveries.renew()} />}
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
        chosen={statuses}
        onChange={(chosen) => setFilters({ status: chosen.join(',') })}
      />
      {notToken && (
        <Notice neutral>
          Deliveries are found by the token of their submission. To find a person,{' '}
          <Link to="/clients">search the clients</Link>.
        </Notice>
      )}
      <SteadyList
        of={deliveries}
        label="Deliveries"
        columns={columns}
        keyOf={idOf}
        linkOf={linkOf}
        onReplay={mayReplay ? replay : undefined}
        empty={isFiltered ? 'No delivery matches these filters.' : 'Nothing has come in yet.'}
      />
      {mayReplay && <p className="muted small">Keys: j and k move, Enter opens, r replays, / searches.</p>}
      <ReplayDialog eventId={replaying} onClose={() => setReplaying(null)} />
      {replayingAll && isFiltered && (
        <ReplayMatchingDialog
          filter={query}
          onClose={() => setReplayingAll(false)}
          onStarted={(jobId) => setFilters({ job: jobId })}
        />
      )}
    </Screen>
  );
}

/** Without a filter it would be everything; that is not offered. */
function ReplayMatching({ isFiltered, onClick }: { isFiltered: boolean; onClick: () => void }) {
  const reason = useId();
  return (
    <>
      {!isFiltered && (
        <span id={reason} className="muted small">
          To replay several, filter the list first.
        </span>
      )}
      <Button disabled={!isFiltered} aria-describedby={isFiltered ? undefined : reason} onClick={onClick}>
        Replay matching…
      </Button>
    </>
  );
}

function why({ eventType, status, reason, lastError, nextAttemptAt }: Delivery) {
  if (reason !== null) return reasonInWords(reason, eventType);
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
