import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { counted } from '../shared/counted';
import { DataTable, type Column } from '../shared/data-table';
import { EMail } from '../shared/e-mail';
import { useFormTitle } from '../shared/form-titles';
import { sayResult } from '../shared/result';
import { Section } from '../shared/screen';
import { Status } from '../shared/status';
import { When } from '../shared/when';

type Response = Schemas['ResponseView'];
const keyOf = ({ formId, token }: Response): string => `${formId}/${token}`;

/** The submissions of a client; those of another person can be split from it. */
export function ClientResponses({ client }: { client: Schemas['ClientDetailView'] }) {
  const titleOf = useFormTitle();
  const maySplit = useMay('admin') && client.responses.length > 1;
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [asking, setAsking] = useState(false);
  const columns: Column<Response>[] = [
    {
      title: 'Form',
      cell: ({ formId, token }) => (
        <Link to="/submissions/$formId/$token" params={{ formId, token }}>
          {titleOf(formId)}
        </Link>
      ),
    },
    { title: 'State', cell: ({ responseType }) => <Status of={responseType} /> },
    { title: 'Submitted', cell: ({ submittedAt, receivedAt }) => <When at={submittedAt ?? receivedAt} /> },
    { title: 'E-mail', cell: ({ identifiers }) => <EMail of={identifiers.email?.value} /> },
    { title: 'Name', cell: ({ identifiers }) => identifiers.fullName?.value ?? identifiers.firstName?.value },
    ...(maySplit
      ? [
          {
            title: 'Of another person',
            cell: (response: Response) => (
              <input
                type="checkbox"
                aria-label={`The submission of ${titleOf(response.formId)} is of another person`}
                checked={chosen.includes(keyOf(response))}
                onChange={({ target }) =>
                  setChosen(
                    target.checked ? [...chosen, keyOf(response)] : chosen.filter((key) => key !== keyOf(response)),
                  )
                }
              />
            ),
          },
        ]
      : []),
  ];
  return (
    <Section
      title={`Submissions (${client.responses.length})`}
      actions={
        maySplit && (
          <Button disabled={chosen.length === 0} onClick={() => setAsking(true)}>
            Split…
          </Button>
        )
      }
    >
      <DataTable label="Submissions" rows={client.responses} columns={columns} keyOf={keyOf} />
      {asking && (
        <SplitDialog
          client={client}
          chosen={client.responses.filter((response) => chosen.includes(keyOf(response)))}
          onClose={() => setAsking(false)}
        />
      )}
    </Section>
  );
}

function SplitDialog({
  client,
  chosen,
  onClose,
}: {
  client: Schemas['ClientDetailView'];
  chosen: readonly Response[];
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title="Split this client in two?"
      action="Split"
      onConfirm={async () => {
        const responses = chosen.map(({ formId, token }) => ({ formId, token }));
        const made = await ask(
          api.POST('/v1/clients/{id}/split', { params: { path: { id: client.id } }, body: { responses } }),
        );
        await queries.invalidateQueries({ queryKey: ['clients'] });
        await navigate({ to: '/clients/$clientId', params: { clientId: made.id } });
        sayResult(`/clients/${made.id}`, <SplitOff count={chosen.length} from={client.id} />);
      }}
    >
      <p>
        {chosen.length === 1 ? 'One submission goes' : `${chosen.length} submissions go`} to a new client, with the
        e-mails and phones that only they gave. Later submissions with these go to the new client.
      </p>
    </ConfirmDialog>
  );
}

function SplitOff({ count, from }: { count: number; from: string }) {
  return (
    <>
      Split: this new client has {counted(count, 'submission')}.{' '}
      <Link to="/clients/$clientId" params={{ clientId: from }}>
        Open the one it was split from
      </Link>
    </>
  );
}
