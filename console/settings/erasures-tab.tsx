import { useInfiniteQuery } from '@tanstack/react-query';
import { api, ask, type Schemas } from '../api/client';
import { DataTable, type Column } from '../shared/data-table';
import { ListStates } from '../shared/list-parts';
import { Section } from '../shared/screen';
import { When } from '../shared/when';

const COLUMNS: Column<Schemas['ErasureView']>[] = [
  { title: 'When', cell: ({ at }) => <When at={at} exact /> },
  { title: 'By', cell: ({ actorName }) => actorName },
  { title: 'What', cell: ({ kind }) => kind.replace('_', ' ') },
  { title: 'Submissions', cell: ({ responses }) => responses, numeric: true },
  { title: 'Deliveries', cell: ({ events }) => events, numeric: true },
  { title: 'At Typeform too', cell: ({ atTypeform }) => (atTypeform ? 'yes' : 'no') },
];

/** When, by whom, how much; never whom. */
export default function ErasuresTab() {
  const erasures = useInfiniteQuery({
    queryKey: ['erasures'],
    queryFn: ({ pageParam }) =>
      ask(api.GET('/v1/erasures', { params: { query: { ...(pageParam !== null && { cursor: pageParam }) } } })),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const rows = erasures.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Section title="Erasures">
      <ListStates query={erasures} isEmpty={rows.length === 0} empty="Nobody was erased yet.">
        <DataTable label="Erasures" rows={rows} columns={COLUMNS} keyOf={({ at, kind }) => `${at}${kind}`} />
      </ListStates>
    </Section>
  );
}
