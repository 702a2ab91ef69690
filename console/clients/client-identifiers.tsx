import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { DataTable, type Column } from '../shared/data-table';
import { EMail } from '../shared/e-mail';
import { identifierWord, inOrder, percent } from '../shared/identifiers';
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
    { title: 'Came from', cell: ([, identifier]) => <Origin of={identifier} client={client} /> },
    { title: 'Sure', cell: ([, { confidence }]) => percent(confidence), numeric: true },
    ...(mayCorrect
      ? [
          {
            title: 'Change',
            cell: ([key]: Row) => (
              <Button kind="quiet" onClick={() => setCorrecting(key)}>
                Correct<span className="visually-hidden"> {identifierWord(key)}</span> …
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Section title="Identifiers" actions={mayCorrect && <Button onClick={() => setCorrecting('')}>Add …</Button>}>
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

function Origin({ of: { source, from }, client }: { of: Schemas['ClientIdentifierView']; client: Client }) {
  if (source === 'admin') return 'Corrected by hand';
  const [formId, token] = from?.split('/') ?? [];
  const response = client.responses.find((each) => each.formId === formId && each.token === token);
  const [, field] = /^field:(.*)$/.exec(source) ?? [];
  const question = response?.answers.find(({ fieldId }) => fieldId === field)?.title;
  const words = question ?? (source.startsWith('hidden:') ? `hidden field ${source.slice(7)}` : source);
  if (formId === undefined || token === undefined) return words;
  return (
    <Link to="/submissions/$formId/$token" params={{ formId, token }}>
      {words}
    </Link>
  );
}
