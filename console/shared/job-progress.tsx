import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api, ask } from '../api/client';
import css from './job-progress.module.css';
import { Problem } from './states';
import { Status } from './status';

const POLL_MS = 700;

/** Long work in the background, until it is done. */
export function JobProgress({ id, title, onDone }: { id: string; title: string; onDone?: () => void }) {
  const job = useQuery({
    queryKey: ['jobs', id],
    queryFn: () => ask(api.GET('/v1/jobs/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (isOver(state.data?.status) ? false : POLL_MS),
  });
  const over = isOver(job.data?.status);
  const tell = useRef(onDone);
  useEffect(() => {
    tell.current = onDone;
  });
  useEffect(() => {
    if (over) tell.current?.();
  }, [over]);
  if (job.isError) return <Problem error={job.error} retry={() => void job.refetch()} />;
  const { status = 'queued', total = null, done = 0, failed = 0 } = job.data ?? {};
  const dealtWith = done + failed;
  return (
    <div className={css.job} role="status">
      <div className={css.words}>
        <strong>{title}</strong>
        <Status of={status} />
        <span>
          {total === null ? `${dealtWith} so far` : `${dealtWith} of ${total}`}
          {failed > 0 && `, ${failed} failed`}
        </span>
      </div>
      <progress
        aria-label={title}
        max={Math.max(total ?? 1, 1)}
        value={over && !total ? 1 : total === null ? undefined : dealtWith}
      />
    </div>
  );
}

function isOver(status: string | undefined): boolean {
  return status === 'done' || status === 'failed';
}
