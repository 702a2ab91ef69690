import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask } from '../api/client';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { Loading, Problem } from '../shared/states';
import { stateWord } from '../shared/status';

type Filter = Record<string, string>;

/** Counted exactly up to so many. */
const MOST = 1_000;
const PAGE = 200;

/** How many deliveries match; `more`: there are others beyond these. */
async function countMatching(filter: Filter): Promise<{ count: number; more: boolean }> {
  let count = 0;
  let cursor: string | undefined;
  do {
    const query = { ...filter, limit: PAGE, ...(cursor !== undefined && { cursor }) };
    const { items, nextCursor } = await ask(api.GET('/v1/deliveries', { params: { query: query as never } }));
    count += items.length;
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined && count < MOST);
  return { count, more: cursor !== undefined };
}

/** Counts what the filters match, asks, and starts a job that replays it. */
export function ReplayMatchingDialog({
  filter,
  onClose,
  onStarted,
}: {
  filter: Filter;
  onClose: () => void;
  onStarted: (jobId: string) => void;
}) {
  const { token, source, ...replayable } = filter;
  const tooNarrow = token !== undefined || source !== undefined;
  const [reason, setReason] = useState('');
  const matching = useQuery({
    queryKey: ['replay', 'count', filter],
    queryFn: () => countMatching(replayable),
    enabled: !tooNarrow,
    gcTime: 0,
    staleTime: 0,
  });
  const { count = 0, more = false } = matching.data ?? {};
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title="Replay all that match?"
      action="Replay"
      notYet={tooNarrow || !matching.isSuccess || count === 0}
      onConfirm={async () => {
        const body = { ...replayable, ...(reason.trim() && { reason: reason.trim() }), async: true };
        const answer = await ask(api.POST('/v1/deliveries/replay', { body }));
        if ('jobId' in answer) onStarted(answer.jobId);
      }}
    >
      {tooNarrow && (
        <p>Take the filters for token and source away first: many are replayed by status, form and time.</p>
      )}
      {!tooNarrow && matching.isPending && <Loading what="Counting" />}
      {matching.isError && <Problem error={matching.error} />}
      {matching.isSuccess && (
        <p>
          <strong>
            {more ? `More than ${MOST}` : count} {count === 1 ? 'delivery' : 'deliveries'}
          </strong>{' '}
          will be processed again{describe(replayable)}. It runs in the background; what is erased stays erased.
        </p>
      )}
      <label className="field">
        Why, for the audit log (names no person; may be empty)
        <input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      </label>
    </ConfirmDialog>
  );
}

function describe({ status, formId, since, until }: Filter): string {
  const parts = [
    status && `status ${status.split(',').map(stateWord).join(' or ')}`,
    formId && `form ${formId}`,
    since && `received since ${since}`,
    until && `received before ${until}`,
  ].filter(Boolean);
  return parts.length === 0 ? ' (every delivery of every form)' : ` (${parts.join(', ')})`;
}
