import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { counted } from '../shared/counted';
import { DataTable, type Column } from '../shared/data-table';
import { Chips } from '../shared/filters';
import { IDENTIFIERS, identifierWord, percent } from '../shared/identifiers';
import { Result, sayResult } from '../shared/result';
import { Section } from '../shared/screen';
import { Notice, Problem } from '../shared/states';
import { choose, chosenFor, never, questionsOf, type Question } from './mapping-choices';
import { MappingPreview } from './mapping-preview';

type Form = Schemas['FormView'];

const WHOSE = { client: 'the client’s', other: 'somebody else’s', unknown: 'not known whose' };

/** What each question identifies, and why; chosen by hand, previewed, then saved. */
export function Mapping({ form, onApply }: { form: Form; onApply: () => void }) {
  const queries = useQueryClient();
  const { formId, identifierMapping } = form;
  const [mapping, setMapping] = useState(identifierMapping);
  const [asking, setAsking] = useState(false);
  const mayPreview = useMay('operator');
  const mayChange = useMay('admin');
  const path = { formId };
  const preview = useMutation({
    mutationFn: () =>
      ask(api.POST('/v1/forms/{formId}/mapping-preview', { params: { path }, body: { identifierMapping: mapping } })),
  });
  const change = (next: typeof mapping): void => {
    setMapping(next);
    preview.reset();
  };
  const changed = JSON.stringify(sorted(mapping)) !== JSON.stringify(sorted(identifierMapping));
  const columns: Column<Question>[] = [
    {
      title: 'Question',
      cell: ({ title, type }) => (
        <>
          {title}
          <div className="muted small">{type.replaceAll('_', ' ')}</div>
        </>
      ),
    },
    { title: 'Identifies', cell: ({ identifies }) => meaning(identifies) },
    { title: 'Whose', cell: ({ identifies }) => identifies && WHOSE[identifies.whose] },
    {
      title: 'Why',
      cell: ({ identifies }) => identifies && why(identifies),
    },
    ...(mayPreview
      ? [
          {
            title: 'Set by hand',
            cell: (question: Question) => (
              <select
                aria-label={`What “${question.title}” identifies`}
                value={chosenFor(question, mapping)}
                onChange={(event) => change(choose(mapping, question, event.target.value))}
              >
                <option value="">Automatic</option>
                {IDENTIFIERS.map(([key, word]) => (
                  <option key={key} value={key}>
                    {word}
                  </option>
                ))}
              </select>
            ),
          },
        ]
      : []),
  ];
  return (
    <Section title="What the questions mean">
      <DataTable label="Questions" rows={questionsOf(form)} columns={columns} keyOf={({ source }) => source} />
      {mayPreview && (
        <div className="stack">
          <p className="muted small">The form never asks for:</p>
          <Chips
            label="What the form never asks for"
            options={IDENTIFIERS}
            chosen={Object.entries(mapping).flatMap(([key, source]) => (source === null ? [key] : []))}
            onChange={(chosen) =>
              change(
                IDENTIFIERS.reduce((now, [key]) => {
                  const wants = chosen.includes(key);
                  return wants === (now[key] === null) ? now : never(now, key, wants);
                }, mapping),
              )
            }
          />
          <div className="row">
            <Button busy={preview.isPending} onClick={() => preview.mutate()}>
              Preview
            </Button>
            {mayChange && (
              <Button kind="primary" disabled={!changed} onClick={() => setAsking(true)}>
                Save mapping…
              </Button>
            )}
            {changed && <Button onClick={() => change(identifierMapping)}>Undo changes</Button>}
          </div>
        </div>
      )}
      <Result />
      {preview.isError && <Problem error={preview.error} />}
      {preview.data && <MappingPreview preview={preview.data} />}
      {changed && mayPreview && !preview.data && !preview.isError && (
        <Notice neutral>Not saved yet. Preview shows what the last 20 responses would say.</Notice>
      )}
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Save this mapping?"
        action="Save mapping"
        onConfirm={async () => {
          const answer = await ask(
            api.PATCH('/v1/forms/{formId}', { params: { path }, body: { identifierMapping: mapping } }),
          );
          queries.setQueryData(['forms', formId], answer);
          sayResult(`/forms/${formId}`, <Saved form={answer} onApply={onApply} />);
        }}
      >
        <p>It applies to new submissions. You can then apply it to the existing ones.</p>
      </ConfirmDialog>
    </Section>
  );
}

/** A saved mapping applies to new submissions; those stored are one step away. */
function Saved({ form: { responseCount }, onApply }: { form: Form; onApply: () => void }) {
  return (
    <div className="row">
      The mapping is saved.
      {responseCount > 0 && <Button onClick={onApply}>Apply to {counted(responseCount, 'stored response')}…</Button>}
    </div>
  );
}

function meaning(identifies: Schemas['MeaningView'] | null) {
  if (identifies === null) return <span className="muted">nothing</span>;
  const { key, parts } = identifies;
  if (parts && parts.length > 0) return parts.map(identifierWord).join(', ');
  return key === null ? <span className="muted">not used, by the mapping</span> : identifierWord(key);
}

/** How sure the service is, except of what a mapping decided. */
function why({ reason, confidence, decidedBy }: Schemas['MeaningView']): string {
  return decidedBy === 'mapping' ? reason : `${reason} (${percent(confidence)} sure)`;
}

const sorted = (mapping: Record<string, string | null>) =>
  Object.entries(mapping).sort(([left], [right]) => left.localeCompare(right));
