import { api, ask, type Schemas } from '../api/client';
import type { Column } from '../shared/data-table';
import { FilterBar, SearchBox } from '../shared/filters';
import { List } from '../shared/list-parts';
import { usePagedList } from '../shared/paged-list';
import { usePrivateSearch } from '../shared/private-search';
import { Section } from '../shared/screen';
import { When } from '../shared/when';
import { withWords } from '../shared/words';

type Erasure = Schemas['ErasureView'];

const MOST = 200;
const KINDS: Record<Erasure['kind'], string> = {
  client: 'client',
  response: 'submission',
  delivery: 'delivery',
  data_subject: 'data subject',
};

const COLUMNS: Column<Erasure>[] = [
  { title: 'When', cell: ({ at }) => <When at={at} exact /> },
  { title: 'By', cell: ({ actorName }) => actorName },
  { title: 'What', cell: ({ kind }) => KINDS[kind] },
  { title: 'Submissions', cell: ({ responses }) => responses, numeric: true },
  { title: 'Deliveries', cell: ({ events }) => events, numeric: true },
  { title: 'At Typeform too', cell: ({ atTypeform }) => (atTypeform ? 'yes' : 'no') },
];

/** When, by whom and how much was erased; never whose data. A row leads to its audit entry. */
export default function ErasuresTab() {
  const [words, setWords] = usePrivateSearch();
  const erasures = usePagedList(['erasures'], (page) =>
    ask(api.GET('/v1/erasures', { params: { query: { limit: MOST, ...page } } })),
  );
  const rows = withWords(erasures.rows, words, ({ at, actorName, kind }) => `${at} ${actorName} ${KINDS[kind]}`);
  return (
    <Section title="Erasures">
      <FilterBar>
        <SearchBox label="Find by actor, action or day (2026-01-31)" value={words} onSearch={setWords} />
      </FilterBar>
      <List
        query={erasures.list}
        label="Erasures"
        rows={rows}
        columns={COLUMNS}
        keyOf={({ at, kind }) => `${at}${kind}`}
        linkOf={({ at, kind, actorId }) => ({
          to: '/settings',
          search: { tab: 'audit', action: `${kind}.erased`, actor: actorId, ...aroundOf(at) },
        })}
        empty={words ? 'No erasure matches.' : 'No erasures yet.'}
      />
    </Section>
  );
}

/** The seconds in which it was recorded. */
function aroundOf(at: string): { since: string; until: string } {
  const time = Date.parse(at);
  return { since: new Date(time - 1_000).toISOString(), until: new Date(time + 2_000).toISOString() };
}
