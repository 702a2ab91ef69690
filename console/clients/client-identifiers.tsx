import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { DataTable, type Column } from '../shared/data-table';
import { EMail } from '../shared/e-mail';
import { identifierWord, inOrder, origin, percent } from '../shared/identifiers';
import { Section } from '../shared/screen';
import { CorrectDialog } from './correct-dialog';

type Client = Schemas['ClientDetailView'];
type Row = [key: string, identifier: Schemas['ClientIdentifierView']];

/** What is known of a client: each value with the question and the response it came from, and how sure that is. */
export function ClientIdentifiers({ client }: { client: Client }) {
  const [correcting, setCorrecting] = useState<string | null>(null);
  const mayCorrect = useMay('operator');
  const columns: Column<Row>[] = [
    { title: 'Identifier', cell: ([key]) => identifierWord(key) },
    {
      title: 'Value',
      cell: ([key, { value, normalised }]) => (
        <>
          <strong>{key === 'email' ? <EMail of={value} /> : value}</strong>
          {normalised === false && <span className="muted"> (as typed; finds nobody)</span>}
        </>
      ),
    },
    { title: 'Came from', cell: ([key]) => <Origin of={key} client={client} /> },
    { title: 'Confidence', cell: ([, { confidence }]) => percent(confidence), numeric: true },
    ...(mayCorrect
      ? [
          {
            title: 'Change',
            cell: ([key]: Row) => (
              <Button kind="quiet" onClick={() => setCorrecting(key)}>
                Correct<span className="visually-hidden"> {identifierWord(key)}</span>…
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Section title="Identifiers" actions={mayCorrect && <Button onClick={() => setCorrecting('')}>Add…</Button>}>
      {Object.keys(client.identifiers).length === 0 ? (
        <p className="muted">Nothing is known yet.</p>
      ) : (
        <DataTable label="Identifiers" rows={inOrder(client.identifiers)} columns={columns} keyOf={([key]) => key} />
      )}
      {correcting !== null && (
        <CorrectDialog client={client} identifier={correcting} onClose={() => setCorrecting(null)} />
      )}
    </Section>
  );
}

function Origin({ of: key, client: { identifiers, responses } }: { of: string; client: Client }) {
  const { source = '', from } = identifiers[key] ?? {};
  if (source === 'admin') return 'Corrected by hand';
  const [formId, token] = from?.split('/') ?? [];
  if (formId === undefined || token === undefined) return source;
  const response = responses.find((each) => each.formId === formId && each.token === token);
  return (
    <Link to="/submissions/$formId/$token" params={{ formId, token }}>
      {origin(key, response ?? { identifiers, answers: [] })}
    </Link>
  );
}
