import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { DataTable } from '../shared/data-table';
import { SearchBox } from '../shared/filters';
import { IDENTIFIERS } from '../shared/identifiers';
import { sayResult } from '../shared/result';
import { Loading, Problem } from '../shared/states';
import { clientName } from './client-name';

type Client = Schemas['ClientView'];

/** Finds the other client, shows both side by side, and makes them one. */
export function MergeDialog({ client, onClose }: { client: Client; onClose: () => void }) {
  const queries = useQueryClient();
  const [search, setSearch] = useState('');
  const [other, setOther] = useState<Client | null>(null);
  const shared = client.conflicts[0]?.phone;
  const query = search ? { q: search } : shared ? { phone: shared } : null;
  const found = useQuery({
    queryKey: ['merge', 'candidates', query],
    queryFn: () => ask(api.GET('/v1/clients', { params: { query: { ...query, limit: 8 } } })),
    enabled: query !== null,
    gcTime: 0,
  });
  const candidates = (query === null ? [] : (found.data?.items ?? [])).filter(({ id }) => id !== client.id);
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title="Merge two clients"
      action="Merge"
      wide
      notYet={other === null}
      onConfirm={async () => {
        if (other === null) return;
        const answer = await ask(
          api.POST('/v1/clients/{id}/merge', { params: { path: { id: client.id } }, body: { otherId: other.id } }),
        );
        queries.setQueryData(['clients', client.id], answer);
        queries.removeQueries({ queryKey: ['clients', other.id] });
        await queries.invalidateQueries({ queryKey: ['list', 'clients'] });
        sayResult(`/clients/${client.id}`, 'Merged. The other client is removed, and its submissions are here.');
      }}
    >
      <SearchBox label="Find the other client" value={search} onSearch={(text) => setSearch(text.trim())} />
      {found.isFetching && <Loading what="Searching" />}
      {found.isError && <Problem error={found.error} />}
      {query !== null && found.isSuccess && candidates.length === 0 && <p className="muted">Nobody else matches.</p>}
      {candidates.length > 0 && (
        <fieldset className="stack">
          <legend className="visually-hidden">The other client</legend>
          {candidates.map((each) => (
            <label key={each.id} className="check">
              <input type="radio" name="other" checked={other?.id === each.id} onChange={() => setOther(each)} />
              <span>
                {clientName(each)} <span className="muted">{[each.email, each.phone].filter(Boolean).join(' · ')}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {other && (
        <>
          <Outcome />
          <SideBySide left={client} right={other} />
        </>
      )}
    </ConfirmDialog>
  );
}

/** What `ClientDecisions.merge` of the service does. */
function Outcome() {
  return (
    <>
      <h3>After the merge</h3>
      <ul>
        <li>The e-mail is this client’s; the other’s is taken only if this client has none.</li>
        <li>
          What was corrected or removed by hand stays so. Where both were corrected, this client’s correction counts;
          the other’s corrections of e-mail and phone are dropped.
        </li>
        <li>
          Every other value is the one with the highest confidence among the submissions of both; if equal, the one from
          a completed submission, then the newest.
        </li>
        <li>
          The other client is removed. Its submissions, and later ones with an e-mail or phone of either, go to this
          client. A split separates them again.
        </li>
      </ul>
    </>
  );
}

function SideBySide({ left, right }: { left: Client; right: Client }) {
  const rows = IDENTIFIERS.filter(([key]) => left.identifiers[key] ?? right.identifiers[key]);
  return (
    <DataTable
      label="Both clients"
      rows={rows}
      keyOf={([key]) => key}
      columns={[
        { title: 'Identifier', cell: ([, word]) => word },
        { title: 'This client', cell: ([key]) => left.identifiers[key]?.value ?? '–' },
        { title: 'The other client', cell: ([key]) => right.identifiers[key]?.value ?? '–' },
      ]}
    />
  );
}
