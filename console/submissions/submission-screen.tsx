import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Payload } from '../deliveries/payload';
import { Button } from '../shared/button';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { DataTable } from '../shared/data-table';
import { useFormTitle } from '../shared/form-titles';
import { identifierWord, inOrder, percent } from '../shared/identifiers';
import { Facts, Screen, Section } from '../shared/screen';
import { Loading, Problem } from '../shared/states';
import { Status } from '../shared/status';
import { When } from '../shared/when';
import { AnswerValue } from './answer-value';

const route = getRouteApi('/submissions/$formId/$token');
type Submission = Schemas['ResponseView'];

export function SubmissionScreen() {
  const { formId, token } = route.useParams();
  const titleOf = useFormTitle();
  const submission = useQuery({
    queryKey: ['responses', formId, token],
    queryFn: () => ask(api.GET('/v1/responses/{formId}/{token}', { params: { path: { formId, token } } })),
  });
  return (
    <Screen
      title="Submission"
      about={
        <>
          {titleOf(formId)} · <code>{token}</code>
        </>
      }
      actions={submission.data && <Erase of={submission.data} />}
    >
      {submission.isPending && <Loading />}
      {submission.isError && <Problem error={submission.error} retry={() => void submission.refetch()} />}
      {submission.data && <Detail of={submission.data} />}
    </Screen>
  );
}

function Detail({ of: submission }: { of: Submission }) {
  const mayRead = useMay('operator');
  const { answers, identifiers, hidden, clientId, eventId } = submission;
  return (
    <>
      <Section title="Answers">
        {answers.length === 0 && <p className="muted">None.</p>}
        <Facts
          of={answers.map(({ fieldId, title, value }) => [title ?? fieldId, <AnswerValue value={value} />] as const)}
        />
      </Section>
      {(Object.keys(hidden).length > 0 || submission.variables.length > 0) && (
        <Section title="Hidden fields and variables">
          <Facts
            of={[
              ...Object.entries(hidden).map(([name, value]) => [name, <AnswerValue value={value} />] as const),
              ...submission.variables.map(
                ({ key, type, ...value }, at) =>
                  [typeof key === 'string' ? key : String(at), <AnswerValue value={value[String(type)]} />] as const,
              ),
            ]}
          />
        </Section>
      )}
      <Section title="Who it is">
        <p>
          {clientId === null ? (
            'Nobody: it tells neither a name, an e-mail nor a phone that is the client’s own.'
          ) : (
            <Link to="/clients/$clientId" params={{ clientId }}>
              The client
            </Link>
          )}
        </p>
        {Object.keys(identifiers).length > 0 && (
          <DataTable
            label="Identifiers"
            rows={inOrder(identifiers)}
            keyOf={([key]) => key}
            columns={[
              { title: 'Identifier', cell: ([key]) => identifierWord(key) },
              { title: 'Value', cell: ([, { value }]) => <AnswerValue value={value} /> },
              { title: 'Came from', cell: ([, { source }]) => origin(source, submission) },
              { title: 'Sure', cell: ([, { confidence }]) => percent(confidence), numeric: true },
            ]}
          />
        )}
      </Section>
      <Timeline of={submission} />
      {mayRead && <Payload eventId={eventId} />}
    </>
  );
}

function origin(source: string, { answers }: Submission): string {
  if (source.startsWith('hidden:')) return `hidden field ${source.slice(7)}`;
  const fieldId = source.replace(/^field:/, '');
  return answers.find((answer) => answer.fieldId === fieldId)?.title ?? source;
}

function Timeline({ of: { eventId, landedAt, submittedAt, receivedAt, responseType, test } }: { of: Submission }) {
  const delivery = useQuery({
    queryKey: ['deliveries', eventId],
    queryFn: () => ask(api.GET('/v1/deliveries/{eventId}', { params: { path: { eventId } } })),
  });
  return (
    <Section title="Timeline">
      <Facts
        of={[
          ['State', <Status of={test ? 'test' : responseType} />],
          ['Form opened', <When at={landedAt} exact />],
          ['Sent', <When at={submittedAt} exact />],
          ['Received and committed', <When at={receivedAt} exact />],
          ['Processed', <When at={delivery.data?.processedAt ?? null} exact />],
          [
            'Delivery',
            <Link to="/deliveries/$eventId" params={{ eventId }}>
              {eventId}
            </Link>,
          ],
        ]}
      />
    </Section>
  );
}

function Erase({ of: { formId, token } }: { of: Submission }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const may = useMay('admin');
  if (!may) return null;
  return (
    <>
      <Button onClick={() => setAsking(true)}>Erase …</Button>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Erase this submission?"
        action="Erase"
        danger
        typed="erase"
        onConfirm={async () => {
          await ask(api.DELETE('/v1/responses/{formId}/{token}', { params: { path: { formId, token } } }));
          await navigate({ to: '/submissions' });
          await queries.invalidateQueries();
        }}
      >
        <p>
          Its answers and all its deliveries are removed for good. A tombstone without personal data stays, so that it
          does not come back. The client stays if it has other submissions.
        </p>
      </ConfirmDialog>
    </>
  );
}
