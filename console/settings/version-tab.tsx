import { useQuery } from '@tanstack/react-query';
import { api, ask } from '../api/client';
import type { Column } from '../shared/data-table';
import { List } from '../shared/list-parts';
import { Facts, Section } from '../shared/screen';
import { Status } from '../shared/status';
import { When } from '../shared/when';
import { useFind } from './find-in-list';

interface Migration {
  name: string;
  appliedAt: string | null;
  isPending: boolean;
}

const COLUMNS: Column<Migration>[] = [
  { title: 'Migration', cell: ({ name }) => <code>{name}</code> },
  {
    title: 'State',
    cell: ({ isPending }) => <Status of={isPending ? 'pending' : 'done'} word={isPending ? 'Pending' : 'Applied'} />,
  },
  {
    title: 'When',
    cell: ({ isPending, appliedAt }) => {
      if (isPending) return <span className="muted">run npm run cli -- migrate</span>;
      return appliedAt === null ? <span className="muted">before times were kept</span> : <When at={appliedAt} exact />;
    },
  },
];

export default function VersionTab() {
  const find = useFind('Find a migration');
  const version = useQuery({ queryKey: ['version'], queryFn: () => ask(api.GET('/v1/version')) });
  const { applied = [], pending = [] } = version.data?.migrations ?? {};
  const migrations: Migration[] = [
    ...pending.map((name) => ({ name, appliedAt: null, isPending: true })),
    ...applied.map((one) => ({ ...one, isPending: false })).reverse(),
  ];
  const rows = find.among(migrations, ({ name, isPending }) => `${name} ${isPending ? 'pending' : 'applied'}`);
  return (
    <>
      <Section title="Versions">
        <Facts
          of={[
            ['Service', version.data?.version ?? '…'],
            ['Console', __VERSION__],
            ['Node.js', version.data?.node ?? '…'],
            ['PostgreSQL', version.data?.postgresql ?? '…'],
            ['API', <a href="../openapi.json">OpenAPI document</a>],
          ]}
        />
      </Section>
      <Section title="Migrations">
        {version.data && (
          <p className="muted">
            {applied.length} applied, {pending.length === 0 ? 'none pending' : `${pending.length} pending`}.
          </p>
        )}
        {find.bar()}
        <List
          query={version}
          label="Migrations"
          rows={rows}
          columns={COLUMNS}
          keyOf={({ name }) => name}
          empty={find.empty('No migrations have run.')}
        />
      </Section>
    </>
  );
}
