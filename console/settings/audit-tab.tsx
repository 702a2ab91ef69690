import { useMutation } from '@tanstack/react-query';
import { api, ask, type Schemas } from '../api/client';
import { Button } from '../shared/button';
import type { Column } from '../shared/data-table';
import { download } from '../shared/download';
import { Chips, FilterBar, SearchBox, useFilters } from '../shared/filters';
import { given } from '../shared/given';
import { List } from '../shared/list-parts';
import { usePagedList } from '../shared/paged-list';
import { Section } from '../shared/screen';
import { Notice, Problem } from '../shared/states';
import { TimeRange, useTimeRange } from '../shared/time-range';
import { When } from '../shared/when';
import { withWords } from '../shared/words';
import { AuditDetails } from './audit-details';
import { AUDIT_ACTIONS, subjectOf } from './audit-actions';

type Entry = Schemas['AuditEntryView'];

const COLUMNS: Column<Entry>[] = [
  { title: 'No.', cell: ({ id }) => id, numeric: true },
  { title: 'When', cell: ({ at }) => <When at={at} /> },
  { title: 'Who', cell: ({ actorName }) => actorName, words: true },
  { title: 'What', cell: ({ action }) => <code>{action}</code>, words: true },
  { title: 'Subject', cell: ({ subject }) => <code>{subject}</code>, words: true },
  { title: 'Details', cell: ({ details }) => <AuditDetails of={details} /> },
];

export default function AuditTab() {
  const [filters, setFilters] = useFilters();
  const range = useTimeRange(filters);
  const { action: words = '', actor } = filters;
  // The words select actions, and the service filters by them, so the export matches the list.
  const actions = words === '' ? [] : withWords(AUDIT_ACTIONS, words, (each) => each.replaceAll(/[._]/g, ' ') + each);
  const none = words !== '' && actions.length === 0;
  const query = given({ ...range, actor, action: actions.join(',') });
  const entries = usePagedList(['audit', query], (page) =>
    ask(api.GET('/v1/audit', { params: { query: { ...query, ...page } } })),
  );
  const verify = useMutation({ mutationFn: () => ask(api.GET('/v1/audit/verify')) });
  const rows = none ? [] : entries.rows;
  return (
    <Section
      title="Audit log"
      actions={
        <>
          <span className="muted">Export</span>
          {(['csv', 'ndjson'] as const).map((format) => (
            <Button
              key={format}
              disabled={rows.length === 0}
              onClick={() => download('/v1/audit/export', { format, ...query }, `audit.${format}`)}
            >
              {format.toUpperCase()}
            </Button>
          ))}
          <Button busy={verify.isPending} onClick={() => verify.mutate()}>
            {verify.isPending ? 'Verifying…' : 'Verify the chain'}
          </Button>
        </>
      }
    >
      {verify.isError && <Problem error={verify.error} />}
      {verify.data &&
        (verify.data.valid ? (
          <Notice>
            All {verify.data.entries} entries are intact.
            {verify.data.unsealed > 0 && ` The last ${verify.data.unsealed} of them are not sealed yet.`}
            {verify.data.late > 0 && ` ${verify.data.late} of them got no seal of their own: audit.sealed names them.`}
          </Notice>
        ) : (
          <Notice bad>
            The chain is broken at entry {verify.data.brokenAt}: {verify.data.problem}.
          </Notice>
        ))}
      <FilterBar>
        <SearchBox
          label="Find an action: webhook, erased"
          value={words}
          onSearch={(text) => setFilters({ action: text.trim() })}
        />
        <TimeRange filters={filters} onChange={setFilters} />
        {actor && (
          <Chips
            label="Who"
            options={[[actor, `By ${entries.rows[0]?.actorName ?? 'one actor only'}`]]}
            chosen={[actor]}
            onChange={() => setFilters({ actor: '' })}
          />
        )}
      </FilterBar>
      <div className="dense">
        <List
          query={none ? { ...entries.list, isPending: false, hasNextPage: false } : entries.list}
          label="Audit log"
          rows={rows}
          columns={COLUMNS}
          keyOf={({ id }) => id}
          linkOf={subjectOf}
          empty="No entry matches."
        />
      </div>
    </Section>
  );
}
