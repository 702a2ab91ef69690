import { api, ask, type Schemas } from '../api/client';
import type { Column, LinkTarget } from '../shared/data-table';
import { Chips, FilterBar, SearchBox, useFilters } from '../shared/filters';
import { EMail } from '../shared/e-mail';
import { SteadyList } from '../shared/list-parts';
import { usePrivateSearch } from '../shared/private-search';
import { Result } from '../shared/result';
import { Screen } from '../shared/screen';
import { Status } from '../shared/status';
import { useSteadyList } from '../shared/steady-list';
import { When } from '../shared/when';
import { clientName } from './client-name';

type Client = Schemas['ClientView'];
const idOf = ({ id }: Client): string => id;
const linkOf = ({ id }: Client): LinkTarget => ({ to: '/clients/$clientId', params: { clientId: id } });

const COLUMNS: Column<Client>[] = [
  { title: 'Name', cell: clientName },
  { title: 'E-mail', cell: ({ email }) => <EMail of={email} /> },
  { title: 'Phone', cell: ({ phone }) => phone, whole: true },
  { title: 'Company', cell: ({ identifiers }) => identifiers.company?.value },
  { title: 'Since', cell: ({ createdAt }) => <When at={createdAt} /> },
  { title: 'Conflict', cell: ({ conflicts }) => conflicts.length > 0 && <Status of="conflict" /> },
];

export function ClientsScreen() {
  const [filters, setFilters] = useFilters();
  const [search, setSearch] = usePrivateSearch();
  const query = { ...(search && { q: search }), ...(filters.conflict === 'true' && { conflict: true }) };
  const clients = useSteadyList<Client>({
    kind: 'clients',
    filters: query,
    page: (part) => ask(api.GET('/v1/clients', { params: { query: { ...query, ...part } } })),
    idOf,
  });
  return (
    <Screen title="Clients" about="The people behind the submissions, newest first.">
      <Result />
      <FilterBar>
        <SearchBox
          label="Find a client"
          placeholder="Name, company, e-mail or phone"
          value={search}
          onSearch={(text) => setSearch(text.trim())}
        />
        <Chips
          label="Filter"
          options={[['true', 'Conflicts only']]}
          chosen={filters.conflict === 'true' ? ['true'] : []}
          onChange={([only]) => setFilters({ conflict: only ?? '' })}
        />
      </FilterBar>
      <SteadyList
        of={clients}
        label="Clients"
        columns={COLUMNS}
        keyOf={idOf}
        linkOf={linkOf}
        empty={
          search
            ? 'Nobody matches. Every word must occur in something the client gave.'
            : query.conflict
              ? 'No two clients gave the same phone.'
              : 'The first submission with a name, an e-mail or a phone makes the first client.'
        }
      />
    </Screen>
  );
}
