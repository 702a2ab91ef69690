import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { DataTable, type Column } from '../shared/data-table';
import { useFormTitle } from '../shared/form-titles';
import { Section } from '../shared/screen';
import { Loading, Problem } from '../shared/states';
import { Status } from '../shared/status';
import { utcTime } from '../shared/time-words';
import { When } from '../shared/when';
import css from './home.module.css';

type Row = Schemas['FormCompleteness'];
const KEY = ['completeness'] as const;
const POLL_MS = 1_500;
const isRunning = (status: string | undefined): boolean => status === 'queued' || status === 'running';

/** What Typeform has of each form, and what became of it here. */
export function Completeness() {
  const queries = useQueryClient();
  const titleOf = useFormTitle();
  const mayCheck = useMay('operator');
  const [filling, setFilling] = useState<string | null>(null);
  const report = useQuery({
    queryKey: KEY,
    queryFn: () => ask(api.GET('/v1/completeness')),
    refetchInterval: ({ state }) => (state.data?.items.some(({ check }) => isRunning(check?.status)) ? POLL_MS : false),
  });
  const check = useMutation({
    mutationFn: () => ask(api.POST('/v1/completeness', { body: {} })),
    onSuccess: (answer) => queries.setQueryData(KEY, answer),
  });
  const runs = useQuery({
    queryKey: ['backfills', 'newest'],
    queryFn: () => ask(api.GET('/v1/backfills', { params: { query: { limit: 50 } } })),
    refetchInterval: ({ state }) => (state.data?.items.some(({ status }) => isRunning(status)) ? POLL_MS : false),
  });
  const number = (value: number | null) => (value === null ? '–' : value.toLocaleString('en'));
  const columns: Column<Row>[] = [
    {
      title: 'Form',
      words: true,
      cell: ({ formId }) => (
        <Link to="/forms/$formId" params={{ formId }} className={css.form}>
          {titleOf(formId)}
        </Link>
      ),
    },
    { title: 'Verdict', cell: verdict },
    { title: 'At Typeform', cell: ({ atTypeform }) => number(atTypeform), numeric: true },
    { title: 'Received', cell: ({ received }) => number(received), numeric: true },
    { title: 'Recovered', cell: ({ recovered }) => number(recovered), numeric: true },
    { title: 'Failed', cell: ({ failed }) => number(failed), numeric: true },
    { title: 'Erased', cell: ({ erased }) => number(erased), numeric: true },
    { title: 'Missing', cell: ({ missing }) => number(missing), numeric: true },
    ...(mayCheck
      ? [
          {
            title: 'Back-fill',
            cell: ({ formId }: Row) => {
              const run = runs.data?.items.find((each) => each.formId === formId);
              if (run && isRunning(run.status)) return <span className="muted">{number(run.seen)} read</span>;
              return (
                <Button kind="quiet" onClick={() => setFilling(formId)}>
                  Back-fill<span className="visually-hidden"> {titleOf(formId)}</span>…
                </Button>
              );
            },
          },
        ]
      : []),
  ];
  return (
    <Section
      title="Is anything lost?"
      actions={
        mayCheck && (
          <Button busy={check.isPending} onClick={() => check.mutate()}>
            Check now
          </Button>
        )
      }
    >
      {report.isPending && <Loading />}
      {report.isError && <Problem error={report.error} retry={() => void report.refetch()} />}
      {check.isError && <Problem error={check.error} />}
      {report.data?.items.length === 0 && (
        <p className="muted">No webhook is registered yet, so there is nothing to compare.</p>
      )}
      {report.data && report.data.items.length > 0 && (
        <>
          <p className="muted">Covers all submissions that are kept, whatever the range above.</p>
          <div className="dense">
            <DataTable label="Completeness" rows={report.data.items} columns={columns} keyOf={({ formId }) => formId} />
          </div>
        </>
      )}
      <ConfirmDialog
        open={filling !== null}
        onClose={() => setFilling(null)}
        title="Back-fill this form?"
        action="Back-fill"
        onConfirm={async () => {
          if (filling === null) return;
          await ask(api.POST('/v1/backfills', { body: { formId: filling } }));
          await queries.invalidateQueries({ queryKey: ['backfills'] });
        }}
      >
        <p>
          Every submission that Typeform has of {filling !== null && titleOf(filling)} is compared with what is here,
          and what is missing is fetched. It runs in the background, at the pace Typeform allows.
        </p>
      </ConfirmDialog>
    </Section>
  );
}

/** The verdict, and what it rests on. The counts beside a running check are those of the checks before. */
function verdict(row: Row) {
  const { verdict: word, check } = row;
  const running = check && isRunning(check.status);
  return (
    <div>
      {running ? <Status of="running" word="Checking now" /> : <Status of={word} />}
      <div className="muted small">
        {check?.error && <div>{check.error}</div>}
        {running ? `${check.seen.toLocaleString('en')} seen so far` : <Checked of={row} />}
      </div>
    </div>
  );
}

/** A check that did not look back as far as submissions are kept says only from when on they are known. */
function Checked({ of: { checkedAt, knownUntil, atTypeform, check } }: { of: Row }) {
  if (checkedAt !== null)
    return (
      <>
        checked <When at={checkedAt} />, known until <When at={knownUntil} />
      </>
    );
  if (atTypeform === null) return 'not checked yet';
  if (check?.status !== 'done' || check.since === null) return 'only a part was checked so far';
  return (
    <>
      checked <When at={check.finishedAt} />, complete only from{' '}
      <span className={css.whole}>{utcTime(Date.parse(check.since)).slice(0, 16)}</span> UTC
    </>
  );
}
