import type { ReactNode } from 'react';
import { Button } from './button';
import { DataTable, type TableOf } from './data-table';
import css from './list-parts.module.css';
import { Empty, Loading, Problem } from './states';

/** The query behind a list, from `useQuery` or `useInfiniteQuery`. */
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

/** Renders each state of a query: loading, failed, empty, loaded, more available. */
export function ListStates({
  query,
  isEmpty,
  empty,
  children,
}: {
  query: Asked;
  isEmpty: boolean;
  /** Why there is nothing. */
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

/** A table in each of those states. */
export function List<Row>({ query, empty, ...table }: TableOf<Row> & { query: Asked; empty: ReactNode }) {
  return (
    <ListStates query={query} isEmpty={table.rows.length === 0} empty={empty}>
      <DataTable {...table} />
    </ListStates>
  );
}

/** A list that does not shift: new rows are counted, and shown at the top on request. */
export function SteadyList<Row>({
  of: { list, rows, fresh, showNew },
  ...rest
}: Omit<TableOf<Row>, 'rows'> & {
  of: { list: Asked; rows: readonly Row[]; fresh: { count: number; full: boolean }; showNew: () => void };
  empty: ReactNode;
}) {
  return (
    <>
      <div role="status" className={css.fresh}>
        {fresh.count > 0 && (
          <Button kind="primary" onClick={showNew}>
            {fresh.count}
            {fresh.full ? '+' : ''} new
          </Button>
        )}
      </div>
      <List query={list} rows={rows} {...rest} />
    </>
  );
}
