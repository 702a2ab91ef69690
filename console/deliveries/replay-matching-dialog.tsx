import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { counted } from '../shared/counted';
import { Choice } from '../shared/filters';
import { oneOf } from '../shared/given';
import { Loading, Problem } from '../shared/states';
import { stateWord } from '../shared/status';
import { reasonInWords } from './reasons';

/** The filters of the list; at least one. */
export type ReplayFilter = Omit<Schemas['ReplayBody'], 'reason' | 'async' | 'dryRun' | 'quarantinedFor'>;

const REASONS = ['too_old', 'in_the_future', 'event_id_conflict'] as const;

/** Counts the matches of the filters, asks for confirmation, and starts a job that replays exactly those. */
export function ReplayMatchingDialog({
  filter,
  onClose,
  onStarted,
}: {
  filter: ReplayFilter;
  onClose: () => void;
  onStarted: (jobId: string) => void;
}) {
  const [reason, setReason] = useState('');
  const [quarantinedFor, setQuarantinedFor] = useState('');
  const quarantined = filter.status?.split(',').includes('quarantined') ?? false;
  const wanted = { ...filter, ...(quarantined && { quarantinedFor: oneOf(REASONS, quarantinedFor) }) };
  const counting = useQuery({
    queryKey: ['replay', 'count', wanted],
    queryFn: () => ask(api.POST('/v1/deliveries/replay', { body: { ...wanted, dryRun: true } })),
    retry: false,
    gcTime: 0,
    staleTime: Infinity,
  });
  const matching = counting.data && 'queued' in counting.data ? counting.data : null;
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title="Replay all that match?"
      action="Replay"
      notYet={matching === null || matching.queued === 0}
      onConfirm={async () => {
        // Excludes deliveries received after the count.
        const body = {
          ...wanted,
          until: matching?.until,
          ...(reason.trim() && { reason: reason.trim() }),
          async: true,
        };
        const answer = await ask(api.POST('/v1/deliveries/replay', { body }));
        if ('jobId' in answer) onStarted(answer.jobId);
      }}
    >
      {quarantined && (
        <Choice
          label="Quarantined because"
          value={quarantinedFor}
          options={[['', 'Of any one reason'], ...REASONS.map((each) => [each, reasonInWords(each)] as const)]}
          onChange={setQuarantinedFor}
        />
      )}
      {counting.isPending && <Loading what="Counting" />}
      {counting.isError && <Problem error={counting.error} />}
      {matching && (
        <p>
          <strong>{counted(matching.queued, 'delivery', 'deliveries')}</strong> will be processed again
          {describe(filter)}. It runs in the background.
          {matching.matched > matching.queued &&
            ` ${(matching.matched - matching.queued).toLocaleString('en')} more match, but were erased and stay erased.`}
          {filter.status === undefined && ' Quarantined ones are skipped.'}
        </p>
      )}
      <label className="field">
        Reason for the audit log (optional; don’t name anyone)
        <input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      </label>
    </ConfirmDialog>
  );
}

function describe({ status, formId, source, token, since, until }: ReplayFilter): string {
  const parts = [
    status && `status ${status.split(',').map(stateWord).join(' or ')}`,
    formId && `form ${formId}`,
    source && `source ${source}`,
    token && `token ${token}`,
    since && `received since ${since}`,
    until && `received before ${until}`,
  ].filter(Boolean);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
