import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { ApiProblem } from '../api/problem';
import { useMay } from '../api/session';
import { Payload } from '../deliveries/payload';
import { Button } from '../shared/button';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { DataTable } from '../shared/data-table';
import { useFormTitle } from '../shared/form-titles';
import { identifierWord, inOrder, origin, percent } from '../shared/identifiers';
import { sayResult } from '../shared/result';
import { Facts, Screen, Section } from '../shared/screen';
import { Loading, Problem } from '../shared/states';
import { Status } from '../shared/status';
import { duration } from '../shared/time-words';
import { When } from '../shared/when';
import { AnswerValue } from './answer-value';
import { FileAnswer } from './file-answer';

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
      {submission.isError && <Problem error={asSubmission(submission.error)} retry={() => void submission.refetch()} />}
      {submission.data && <Detail of={submission.data} />}
    </Screen>
  );
}

/** The API calls it a response. */
function asSubmission(error: Error): Error {
  if (!(error instanceof ApiProblem) || error.status !== 404) return error;
  return new ApiProblem(404, error.code, 'There is no such submission. It may have been erased.', error.requestId);
}

function Detail({ of: submission }: { of: Submission }) {
  const mayRead = useMay('operator');
  const { answers, identifiers, hidden, clientId, eventId } = submission;
  return (
    <>
      <Section title="Answers">
        {answers.length === 0 && <p className="muted">None.</p>}
        <Facts
          of={answers.map(
            ({ fieldId, title, type, value }) =>
              [
                title ?? fieldId,
                type === 'file_url' ? <FileAnswer value={value} /> : <AnswerValue value={value} />,
              ] as const,
          )}
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
            'Nobody: it contains no name, e-mail or phone of the client.'
          ) : (
            <Link to="/clients/$clientId" params={{ clientId }}>
              Open the client
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
              { title: 'Came from', cell: ([key]) => origin(key, submission) },
              { title: 'Confidence', cell: ([, { confidence }]) => percent(confidence), numeric: true },
            ]}
          />
        )}
      </Section>
      <Timeline of={submission} />
      {mayRead && <Payload eventId={eventId} />}
    </>
  );
}

/** A submission's timeline from person to record; each step shows the time since the previous one. */
function Timeline({ of: { eventId, landedAt, submittedAt, receivedAt, responseType, test } }: { of: Submission }) {
  const delivery = useQuery({
    queryKey: ['deliveries', eventId],
    queryFn: () => ask(api.GET('/v1/deliveries/{eventId}', { params: { path: { eventId } } })),
  });
  const { processedAt = null, source = 'webhook', attempts = 0, status } = delivery.data ?? {};
  const steps: readonly (readonly [name: string, at: string | null, more: string])[] = [
    ['Form opened', landedAt, ''],
    ['Sent', submittedAt, test ? 'a test request of Typeform' : responseType],
    ['Received', receivedAt, source === 'webhook' ? 'by the webhook' : 'by a back-fill'],
    ['Committed', receivedAt, source === 'webhook' ? 'before Typeform got its answer' : ''],
    ['Processed', processedAt, attempts > 1 ? `after ${attempts} attempts` : ''],
  ];
  return (
    <Section title="Timeline">
      {delivery.isError && <Problem error={delivery.error} retry={() => void delivery.refetch()} />}
      <ol className="timeline">
        {steps.map(([name, at, more], index) => (
          <li key={name} data-done={at !== null}>
            <strong>{name}</strong> {at === null ? <span className="muted">not yet</span> : <When at={at} exact />}
            <span className="muted small">{[after(steps.slice(0, index), at), more].filter(Boolean).join(' · ')}</span>
          </li>
        ))}
      </ol>
      <p className="row">
        <Link to="/deliveries/$eventId" params={{ eventId }}>
          Open the delivery
        </Link>
        {status && <Status of={status} />}
      </p>
    </Section>
  );
}

/** `12 s later`; nothing where there is no step before it. */
function after(before: readonly (readonly [string, string | null, string])[], at: string | null): string {
  const last = before.findLast(([, time]) => time !== null)?.[1];
  if (!last || at === null) return '';
  const seconds = Math.round((Date.parse(at) - Date.parse(last)) / 1000);
  return seconds > 0 ? `${duration(seconds)} later` : '';
}

function Erase({ of: { formId, token } }: { of: Submission }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const may = useMay('admin');
  if (!may) return null;
  return (
    <>
      <Button onClick={() => setAsking(true)}>Erase…</Button>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Erase this submission?"
        action="Erase"
        danger
        typed="erase"
        onConfirm={async () => {
          await ask(api.DELETE('/v1/responses/{formId}/{token}', { params: { path: { formId, token } } }));
          // Back leads to where the submission was found, not to one that is gone.
          await navigate({ to: '/submissions', replace: true });
          sayResult('/submissions', 'The submission is erased.');
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
