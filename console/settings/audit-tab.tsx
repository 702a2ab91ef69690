import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { api, ask, type Schemas } from '../api/client';
import { Button } from '../shared/button';
import { DataTable, type Column } from '../shared/data-table';
import { FilterBar, SearchBox, useFilters } from '../shared/filters';
import { ListStates } from '../shared/list-parts';
import { Section } from '../shared/screen';
import { Notice, Problem } from '../shared/states';
import { TimeRange, useTimeRange } from '../shared/time-range';
import { When } from '../shared/when';

type Entry = Schemas['AuditEntryView'];

const COLUMNS: Column<Entry>[] = [
  { title: 'No.', cell: ({ id }) => id, numeric: true },
  { title: 'When', cell: ({ at }) => <When at={at} /> },
  { title: 'Who', cell: ({ actorName }) => actorName },
  { title: 'What', cell: ({ action }) => <code>{action}</code> },
  { title: 'Of', cell: ({ subject }) => <code>{subject}</code> },
  { title: 'Details', cell: ({ details }) => <code>{JSON.stringify(details)}</code> },
];

export default function AuditTab() {
  const [filters, setFilters] = useFilters();
  const range = useTimeRange(filters);
  const { action, actor } = filters;
  const query = { ...range, ...(action && { action }), ...(actor && { actor }) };
  const entries = useInfiniteQuery({
    queryKey: ['audit', query],
    queryFn: ({ pageParam }) =>
      ask(
        api.GET('/v1/audit', {
          params: { query: { ...query, ...(pageParam !== null && { cursor: pageParam }) } as never },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const verify = useMutation({ mutationFn: () => ask(api.GET('/v1/audit/verify')) });
  const rows = entries.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Section
      title="Audit log"
      actions={
        <>
          <Button onClick={() => save(rows)} disabled={rows.length === 0}>
            Export what is shown
          </Button>
          <Button busy={verify.isPending} onClick={() => verify.mutate()}>
            {verify.isPending ? 'Verifying …' : 'Verify the chain'}
          </Button>
        </>
      }
    >
      {verify.isError && <Problem error={verify.error} />}
      {verify.data &&
        (verify.data.valid ? (
          <Notice>All {verify.data.entries} entries are as they were written.</Notice>
        ) : (
          <div role="alert">
            <Notice>The chain is broken at entry {verify.data.brokenAt}: somebody changed the log.</Notice>
          </div>
        ))}
      <FilterBar>
        <SearchBox
          label="Find by action, such as webhook.updated"
          value={action ?? ''}
          onSearch={(text) => setFilters({ action: text.trim() })}
        />
        <TimeRange filters={filters} onChange={setFilters} />
      </FilterBar>
      <ListStates query={entries} isEmpty={rows.length === 0} empty="No entry matches.">
        <DataTable label="Audit log" rows={rows} columns={COLUMNS} keyOf={({ id }) => id} />
      </ListStates>
    </Section>
  );
}

function save(rows: readonly Entry[]): void {
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
  const content = URL.createObjectURL(new Blob(lines, { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = content;
  link.download = 'audit.ndjson';
  link.click();
  setTimeout(() => URL.revokeObjectURL(content), 60_000);
}
