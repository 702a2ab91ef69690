import type { ReactNode } from 'react';
import { FilterBar, SearchBox, useFilters } from '../shared/filters';
import { withWords } from '../shared/words';

interface Find {
  /** The search box, with any other filters of the list. */
  bar: (more?: ReactNode) => ReactNode;
  /** The rows whose text contains every search word. */
  among: <Row>(rows: readonly Row[], textOf: (row: Row) => string) => readonly Row[];
  /** What an empty list says: that nothing matches, or what it says otherwise. */
  empty: (otherwise: string) => string;
}

/** Searches the loaded rows; the search text is part of the URL. */
export function useFind(label: string): Find {
  const [{ q = '' }, setFilters] = useFilters();
  return {
    bar: (more) => (
      <FilterBar>
        <SearchBox label={label} value={q} onSearch={(text) => setFilters({ q: text.trim() })} />
        {more}
      </FilterBar>
    ),
    among: (rows, textOf) => withWords(rows, q, textOf),
    empty: (otherwise) => (q === '' ? otherwise : 'Nothing matches.'),
  };
}
