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
import { When } from '../shared/when';

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
        <Link to="/forms/$formId" params={{ formId }}>
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
    { title: 'Checked', cell: checked },
    ...(mayCheck
      ? [
          {
            title: 'Back-fill',
            cell: ({ formId }: Row) => {
              const run = runs.data?.items.find((each) => each.formId === formId);
              if (run && isRunning(run.status)) return <Status of={run.status} word={`${run.seen} read`} />;
              return (
                <Button kind="quiet" onClick={() => setFilling(formId)}>
                  Back-fill<span className="visually-hidden"> {titleOf(formId)}</span> …
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
        <DataTable label="Completeness" rows={report.data.items} columns={columns} keyOf={({ formId }) => formId} />
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

function verdict({ verdict: word, check }: Row) {
  if (check && isRunning(check.status)) return <Status of="running" word={`Checking, ${check.seen} seen`} />;
  return (
    <>
      <Status of={word} />
      {check?.error && <div className="muted small">{check.error}</div>}
    </>
  );
}

/** A check that does not look back as far as this list does counts for less than the whole of it. */
function checked({ checkedAt, knownUntil, check }: Row) {
  if (checkedAt === null && check?.status === 'done') {
    return (
      <>
        <When at={check.finishedAt} />
        <div className="muted small">covers only part of the period</div>
      </>
    );
  }
  return (
    <>
      <When at={checkedAt} />
      {knownUntil !== null && (
        <div className="muted small">
          known until <When at={knownUntil} />
        </div>
      )}
    </>
  );
}
