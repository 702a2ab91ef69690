import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api, ask, type Schemas } from '../api/client';
import type { Role } from '../api/session';
import { Button } from '../shared/button';
import { now } from '../shared/clock';
import { ConfirmDialog } from '../shared/confirm-dialog';
import type { Column } from '../shared/data-table';
import { Choice, FilterBar, SearchBox } from '../shared/filters';
import { List } from '../shared/list-parts';
import { usePagedList } from '../shared/paged-list';
import { usePrivateSearch } from '../shared/private-search';
import { Section } from '../shared/screen';
import { Notice } from '../shared/states';
import { stateWord, Status } from '../shared/status';
import { When } from '../shared/when';
import { withWords } from '../shared/words';
import { CopyButton } from './copy-button';
import css from './settings.module.css';

type Key = Schemas['ApiKeyView'];
const KEY = ['api-keys'] as const;
const MOST = 200;
const EXPIRES = 'Expires after (optional)';

const ROLES: readonly (readonly [Role, string])[] = [
  ['viewer', 'viewer: reads'],
  ['operator', 'operator: also replays, back-fills, corrects, reads payloads'],
  ['admin', 'admin: everything'],
];

export default function ApiKeysTab() {
  const queries = useQueryClient();
  const [creating, setCreating] = useState(false);
  /** What became of the last action. */
  const [outcome, setOutcome] = useState<ReactNode>(null);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const keys = usePagedList(KEY, (page) =>
    ask(api.GET('/v1/api-keys', { params: { query: { limit: MOST, ...page } } })),
  );
  const [words, setWords] = usePrivateSearch();
  const rows = withWords(keys.rows, words, (key) => `${key.name} ${key.role} ${stateWord(stateOf(key))}`);
  const columns: Column<Key>[] = [
    { title: 'Name', cell: ({ name }) => name },
    { title: 'Role', cell: ({ role }) => role, words: true },
    { title: 'State', cell: (key) => <Status of={stateOf(key)} /> },
    { title: 'Last use', cell: ({ lastUsedAt }) => <When at={lastUsedAt} /> },
    { title: 'Expires', cell: ({ expiresAt }) => <When at={expiresAt} /> },
    { title: 'Created', cell: ({ createdAt }) => <When at={createdAt} /> },
    {
      title: 'Change',
      cell: (key) =>
        key.revokedAt === null && (
          <Button kind="quiet" onClick={() => setRevoking(key)}>
            Revoke<span className="visually-hidden"> {key.name}</span>…
          </Button>
        ),
    },
  ];
  return (
    <Section
      title="API keys"
      actions={
        <Button kind="primary" onClick={() => setCreating(true)}>
          Create key…
        </Button>
      }
    >
      {outcome}
      <FilterBar>
        <SearchBox label="Find by name, role or state" value={words} onSearch={setWords} />
      </FilterBar>
      <div className="dense">
        <List
          query={keys.list}
          label="API keys"
          rows={rows}
          columns={columns}
          keyOf={({ id }) => id}
          linkOf={({ id }) => ({ to: '/settings', search: { tab: 'audit', actor: id } })}
          empty={words ? 'No key matches.' : 'The bootstrap key of the configuration is the only one.'}
        />
      </div>
      {creating && (
        <CreateDialog
          onClose={() => setCreating(false)}
          onCreated={(key) => {
            setOutcome(<CreatedKey key={key.id} of={key} />);
            void queries.invalidateQueries({ queryKey: KEY });
          }}
        />
      )}
      <ConfirmDialog
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Revoke “${revoking?.name ?? ''}”?`}
        action="Revoke"
        danger
        onConfirm={async () => {
          if (revoking === null) return;
          await ask(api.DELETE('/v1/api-keys/{id}', { params: { path: { id: revoking.id } } }));
          setOutcome(<Notice>“{revoking.name}” is revoked.</Notice>);
          await queries.invalidateQueries({ queryKey: KEY });
        }}
      >
        <p>Whoever uses the key is refused at once, and sessions that were opened with it end.</p>
      </ConfirmDialog>
    </Section>
  );
}

function stateOf({ revokedAt, expiresAt }: Key): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) < now() ? 'expired' : 'active';
}

/** The date here, as a date field has it. */
function today(): string {
  const at = new Date(now());
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}

function CreatedKey({ of: { name, key } }: { of: Schemas['CreatedApiKeyView'] }) {
  return (
    <Notice>
      <p>The key of “{name}” is shown this once. Copy it now:</p>
      <div className="row">
        <code className={css.key}>{key}</code>
        <CopyButton text={key} />
      </div>
    </Notice>
  );
}

function CreateDialog({
  onClose,
  onCreated,
}: {
  onClose: () => void;
  onCreated: (key: Schemas['CreatedApiKeyView']) => void;
}) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<string>('viewer');
  const [expires, setExpires] = useState('');
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title="Create an API key"
      action="Create key"
      notYet={name.trim() === ''}
      onConfirm={async () => {
        const body = {
          name: name.trim(),
          role: role as Role,
          ...(expires && { expiresAt: new Date(`${expires}T23:59:59`).toISOString() }),
        };
        onCreated(await ask(api.POST('/v1/api-keys', { body })));
      }}
    >
      <label className="field">
        Name
        <input value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
      </label>
      <Choice label="Role" value={role} options={ROLES} onChange={setRole} />
      <label className="field">
        {EXPIRES}
        <input type="date" min={today()} value={expires} onChange={(event) => setExpires(event.target.value)} />
      </label>
    </ConfirmDialog>
  );
}
