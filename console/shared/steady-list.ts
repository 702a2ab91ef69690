import {
  keepPreviousData,
  useInfiniteQuery,
  useQueries,
  useQuery,
  useQueryClient,
  type InfiniteData,
} from '@tanstack/react-query';
import { useMemo } from 'react';
import { useRenewal, type Kind } from './live-updates';
import type { Page } from './paged-list';

interface Source<Item> {
  kind: Kind;
  /** Everything that decides what is in the list. */
  filters: unknown;
  page: (query: { cursor?: string; limit: number }) => Promise<Page<Item>>;
  idOf: (item: Item) => string;
  /** Looks up one item that has left the filter while it was shown. */
  one?: (id: string) => Promise<Item>;
}

const PAGE = 50;
/** So many of the newest are compared with what is shown. */
const HEAD = 200;
/** So many that left the filter are looked up one by one. */
const LEFT = 20;

/**
 * A list, newest first, that does not move under the eyes: what is new is counted, and shown when asked for. Rows that changed show
 * their new state in their place.
 */
export function useSteadyList<Item>({ kind, filters, page, idOf, one }: Source<Item>) {
  const queries = useQueryClient();
  const key = ['list', kind, filters];
  const list = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => page({ limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    staleTime: Infinity,
    // What is shown stays until the answer to other filters is there: a row that is being pressed does not vanish.
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const head = useQuery({
    queryKey: [kind, 'head', filters],
    queryFn: () => page({ limit: HEAD }),
    refetchInterval: useRenewal(),
    enabled: list.isSuccess && !list.isPlaceholderData,
  });
  const { rows, fresh, left } = useMemo(() => {
    const shown = list.data?.pages.flatMap(({ items }) => items) ?? [];
    const newest = list.isPlaceholderData ? [] : (head.data?.items ?? []);
    const inHead = new Map(newest.map((item) => [idOf(item), item]));
    const known = new Set(shown.map(idOf));
    const firstKnown = newest.findIndex((item) => known.has(idOf(item)));
    const lastKnown = shown.findLastIndex((item) => inHead.has(idOf(item)));
    return {
      rows: shown.map((item) => inHead.get(idOf(item)) ?? item),
      fresh: firstKnown < 0 ? newest.filter((item) => !known.has(idOf(item))) : newest.slice(0, firstKnown),
      left: shown.slice(0, lastKnown + 1).filter((item) => !inHead.has(idOf(item))),
    };
  }, [list.data, list.isPlaceholderData, head.data, idOf]);
  const changed = useQueries({
    queries: (one ? left.slice(0, LEFT) : []).map((item) => ({
      queryKey: [kind, 'left', idOf(item)],
      queryFn: () => one?.(idOf(item)) ?? item,
    })),
    combine: (answers) => new Map(answers.flatMap(({ data }) => (data === undefined ? [] : [[idOf(data), data]]))),
  });

  const showNew = (): void => {
    // More than the head holds: what lies between it and the first row is not known.
    if (fresh.length >= HEAD) return void queries.resetQueries({ queryKey: key });
    queries.setQueryData<InfiniteData<Page<Item>, string | null>>(key, (now) => {
      const [first, ...others] = now?.pages ?? [];
      return now && first ? { ...now, pages: [{ ...first, items: [...fresh, ...first.items] }, ...others] } : now;
    });
  };
  return {
    rows: rows.map((item) => changed.get(idOf(item)) ?? item),
    /** How many are new and not shown; `full`: at least so many. */
    fresh: { count: fresh.length, full: fresh.length >= HEAD },
    showNew,
    list,
    renew: () => queries.resetQueries({ queryKey: key }),
  };
}
