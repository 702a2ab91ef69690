import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import type { Column } from '../shared/data-table';
import { Choice, FilterBar, SearchBox, useFilters } from '../shared/filters';
import { List } from '../shared/list-parts';
import { useRenewal } from '../shared/live-updates';
import { Result } from '../shared/result';
import { Screen } from '../shared/screen';
import { stateWord, Status } from '../shared/status';
import { When } from '../shared/when';
import { withWords } from '../shared/words';
import { driftSummary } from './drift';
import { ReconcileDialog, Reconciled } from './reconciled';
import { RegisterDialog } from './register-dialog';
import { PRESENT, webhooksOf } from './webhook-lists';

type Webhook = Schemas['WebhookView'];

const STATUSES = [...PRESENT, 'removed'] as const;

const COLUMNS: Column<Webhook>[] = [
  {
    title: 'Form',
    cell: ({ formTitle, formId }) => (
      <>
        {formTitle} <span className="muted small">{formId}</span>
      </>
    ),
  },
  { title: 'Status', cell: ({ status }) => <Status of={status} /> },
  {
    title: 'Wanted',
    cell: ({ status, enabled }) => status !== 'removed' && (enabled ? 'Enabled' : 'Paused'),
  },
  {
    title: 'Problem',
    cell: (webhook) => (webhook.drift.length > 0 ? `Differs: ${driftSummary(webhook)}` : webhook.problem),
  },
  { title: 'Tag', cell: ({ tag }) => <code>{tag}</code> },
  { title: 'Last compared', cell: ({ observedAt }) => <When at={observedAt} /> },
];

export function WebhooksScreen() {
  const [filters, setFilters] = useFilters();
  const queries = useQueryClient();
  const mayReconcile = useMay('operator');
  const mayRegister = useMay('admin');
  const [registering, setRegistering] = useState(false);
  const status = STATUSES.find((each) => each === filters.status);
  const webhooks = useQuery({ ...webhooksOf(status ? [status] : PRESENT), refetchInterval: useRenewal() });
  const [asking, setAsking] = useState(false);
  const [reconciled, setReconciled] = useState<Schemas['ReconcileResult'] | null>(null);
  const words = filters.q ?? '';
  const rows = withWords(
    webhooks.data?.items ?? [],
    words,
    ({ formTitle, formId, tag }) => `${formTitle ?? ''} ${formId} ${tag}`,
  );
  return (
    <Screen
      title="Webhooks"
      about="What each should be, beside what Typeform was last seen to have."
      actions={
        <>
          {mayReconcile && <Button onClick={() => setAsking(true)}>Reconcile all…</Button>}
          {mayRegister && (
            <Button kind="primary" onClick={() => setRegistering(true)}>
              Register…
            </Button>
          )}
        </>
      }
    >
      {reconciled ? <Reconciled result={reconciled} /> : <Result />}
      <FilterBar>
        <SearchBox label="Find by form or tag" value={words} onSearch={(q) => setFilters({ q: q.trim() })} />
        <Choice
          label="Status"
          value={status ?? ''}
          options={[['', 'Any but deleted'], ...STATUSES.map((each) => [each, stateWord(each)] as const)]}
          onChange={(chosen) => setFilters({ status: chosen })}
        />
      </FilterBar>
      <List
        query={webhooks}
        label="Webhooks"
        rows={rows}
        columns={COLUMNS}
        keyOf={({ id }) => id}
        linkOf={({ id }) => ({ to: '/webhooks/$webhookId', params: { webhookId: id } })}
        empty={
          status || words
            ? 'No webhook matches.'
            : 'Register the first: Typeform then sends every submission of that form here.'
        }
      />
      <ReconcileDialog
        open={asking}
        onClose={() => setAsking(false)}
        reconcile={async () => {
          setReconciled(await ask(api.POST('/v1/webhooks/reconcile')));
          await queries.invalidateQueries({ queryKey: ['webhooks'] });
        }}
      />
      {registering && <RegisterDialog onClose={() => setRegistering(false)} />}
    </Screen>
  );
}
