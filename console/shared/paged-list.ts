import { keepPreviousData, useInfiniteQuery, type QueryKey } from '@tanstack/react-query';

/** A page of a list, as the API answers it. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** A list that is read page after page, as far as somebody asks for more: what was asked, and the rows so far. */
export function usePagedList<Item>(queryKey: QueryKey, page: (query: { cursor?: string }) => Promise<Page<Item>>) {
  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => page(pageParam === null ? {} : { cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    // What is shown stays until the answer to other filters is there: a button that is being pressed does not lose its press.
    placeholderData: keepPreviousData,
  });
  return { list, rows: list.data?.pages.flatMap(({ items }) => items) ?? [] };
}
