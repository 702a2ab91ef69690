import type { ReactNode } from 'react';
import { Button } from './button';
import css from './list-parts.module.css';
import { Empty, Loading, Problem } from './states';

/** "12 new": shows them at the top. */
export function NewOnes({ fresh, onShow }: { fresh: { count: number; full: boolean }; onShow: () => void }) {
  return (
    <div role="status" className={css.fresh}>
      {fresh.count > 0 && (
        <Button kind="primary" onClick={onShow}>
          {fresh.count}
          {fresh.full ? '+' : ''} new
        </Button>
      )}
    </div>
  );
}

interface Asked {
  isPending: boolean;
  isError: boolean;
  isPlaceholderData?: boolean;
  error: unknown;
  refetch: () => unknown;
  hasNextPage?: boolean;
  isFetchingNextPage?: boolean;
  fetchNextPage?: () => unknown;
}

/** A list in each of its states: under way, failed, empty, there, with more to come. */
export function ListStates({
  query,
  isEmpty,
  empty,
  children,
}: {
  query: Asked;
  isEmpty: boolean;
  empty: ReactNode;
  children: ReactNode;
}) {
  if (query.isPending) return <Loading />;
  if (query.isError && isEmpty) return <Problem error={query.error} retry={() => void query.refetch()} />;
  return (
    <>
      <div aria-busy={query.isPlaceholderData} className={query.isPlaceholderData ? css.stale : undefined}>
        {isEmpty ? <Empty title="Nothing here">{empty}</Empty> : children}
      </div>
      {query.isError && <Problem error={query.error} retry={() => void query.refetch()} />}
      {query.hasNextPage && (
        <div className={css.more}>
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage?.()}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}
