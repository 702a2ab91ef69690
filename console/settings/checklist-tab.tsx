import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { DataTable, type Column } from '../shared/data-table';
import { Chips, useFilters } from '../shared/filters';
import { ListStates } from '../shared/list-parts';
import { Section } from '../shared/screen';
import { Status } from '../shared/status';
import { When } from '../shared/when';
import { ChecklistEvidence, ChecklistWords } from './checklist-line';
import { FillDialog, SignDialog } from './checklist-dialogs';
import { useFind } from './find-in-list';

type Checklist = Schemas['ChecklistView'];
type Line = Schemas['ChecklistLineView'];
type Counts = Checklist['counts'];
/** A line with the heading above it. */
type Placed = Line & { group: string | null };

const KEY = ['checklist'] as const;
const STATUSES = [
  ['open', 'Open', 'pending'],
  ['failed', 'Failed', 'failed'],
  ['passed', 'Passed', 'done'],
  ['not applicable', 'Not applicable', 'removed'],
] as const;

/** The latest state of the `checklist` command, which also shows signatures made here. */
export default function ChecklistTab() {
  const queries = useQueryClient();
  const maySign = useMay('admin');
  const [filters, setFilters] = useFilters();
  const find = useFind('Find a line, a check or evidence');
  const [signing, setSigning] = useState<Line | null>(null);
  const [withdrawing, setWithdrawing] = useState<Line | null>(null);
  const [filling, setFilling] = useState<Line | null>(null);
  const checklist = useQuery({ queryKey: KEY, queryFn: () => ask(api.GET('/v1/checklist')) });
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: KEY });

  const wanted = filters.status?.split(',') ?? [];
  const sections = (checklist.data?.sections ?? []).map((section) => {
    const lines = section.groups.flatMap(({ title, lines: own }) => own.map((line) => ({ ...line, group: title })));
    const ofStatus = lines.filter(({ status }) => wanted.length === 0 || wanted.includes(status));
    return { ...section, lines: find.among(ofStatus, textOf) };
  });
  const shown = sections.filter(({ lines }) => lines.length > 0);
  const columns: Column<Placed>[] = [
    { title: 'Status', cell: ({ status }) => <LineStatus of={status} /> },
    { title: 'Line', cell: (line) => <ChecklistWords of={line} group={line.group} /> },
    { title: 'Evidence', cell: (line) => <ChecklistEvidence of={line} /> },
    ...(maySign
      ? [
          {
            title: 'Change',
            cell: (line: Placed) => (
              <LineActions of={line} onSign={setSigning} onWithdraw={setWithdrawing} onFill={setFilling} />
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <Section title="Production checklist">
        {checklist.data && <About of={checklist.data} />}
        {find.bar(
          <Chips
            label="Status"
            options={STATUSES.map(([value, word]) => [value, word] as const)}
            chosen={wanted}
            onChange={(chosen) => setFilters({ status: chosen.join(',') })}
          />,
        )}
        <ListStates
          query={checklist}
          isEmpty={shown.length === 0}
          empty={wanted.length > 0 ? 'Nothing matches.' : find.empty('The checklist has no lines.')}
        >
          <p className="muted">{countWords(checklist.data?.counts)}</p>
        </ListStates>
      </Section>
      {shown.map(({ title, counts, lines }) => (
        <Section key={title} title={title}>
          <p className="muted">{countWords(counts)}</p>
          <DataTable label={title} rows={lines} columns={columns} keyOf={({ id }) => id} />
        </Section>
      ))}
      {signing && <SignDialog line={signing} onClose={() => setSigning(null)} onSigned={renew} />}
      {filling && <FillDialog line={filling} onClose={() => setFilling(null)} onFilled={renew} />}
      <ConfirmDialog
        open={withdrawing !== null}
        onClose={() => setWithdrawing(null)}
        title={`Withdraw the signature of ${withdrawing?.id ?? ''}?`}
        action="Withdraw"
        danger
        onConfirm={async () => {
          if (withdrawing === null) return;
          const path = { id: withdrawing.id };
          await ask(api.DELETE('/v1/checklist/lines/{id}/signature', { params: { path } }));
          await renew();
        }}
      >
        <p>The line goes back to the status of its checks until somebody signs it again.</p>
      </ConfirmDialog>
    </>
  );
}

function About({ of: { deployment, version, startedAt } }: { of: Checklist }) {
  if (deployment === null || startedAt === null)
    return (
      <p>
        No deployment has been started. <code>npm run cli -- checklist</code> starts one and runs the checks; signing a
        line starts one too.
      </p>
    );
  return (
    <p>
      {deployment}, version {version}, begun <When at={startedAt} exact />
      {version !== __VERSION__ && <>. This is version {__VERSION__}: the checklist is of another deployment.</>}
    </p>
  );
}

function LineStatus({ of }: { of: Line['status'] }) {
  const [, word, sign] = STATUSES.find(([each]) => each === of) ?? STATUSES[0];
  return <Status of={sign} word={word} />;
}

interface Actions {
  of: Placed;
  onSign: (line: Line) => void;
  onWithdraw: (line: Line) => void;
  onFill: (line: Line) => void;
}

function LineActions({ of: line, onSign, onWithdraw, onFill }: Actions) {
  const name = <span className="visually-hidden"> {line.id}</span>;
  if (line.answeredBy === 'field')
    return (
      <Button kind="quiet" onClick={() => onFill(line)}>
        Fill in{name}…
      </Button>
    );
  // A failed blocking check takes precedence over any signature.
  const isBlocked = line.findings.some(({ severity, result }) => severity === 'block' && result === 'fail');
  return (
    <>
      {!isBlocked && (
        <Button kind="quiet" onClick={() => onSign(line)}>
          Sign{name}…
        </Button>
      )}
      {line.signature && (
        <Button kind="quiet" onClick={() => onWithdraw(line)}>
          Withdraw{name}…
        </Button>
      )}
    </>
  );
}

/** Signers' names are not searched, because the search text is part of the URL. */
function textOf({ id, text, status, group, checks, findings }: Placed): string {
  const found = findings.map(({ evidence, remedy }) => `${evidence} ${remedy ?? ''}`);
  return [id, text, status, group ?? '', ...checks, ...found].join(' ');
}

function countWords(counts: Counts | undefined): string {
  return counts === undefined
    ? ''
    : STATUSES.map(([status, word]) => `${counts[status]} ${word.toLowerCase()}`).join(', ');
}
