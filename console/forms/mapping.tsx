import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { DataTable, type Column } from '../shared/data-table';
import { Chips } from '../shared/filters';
import { IDENTIFIERS, identifierWord, percent } from '../shared/identifiers';
import { Section } from '../shared/screen';
import { Notice, Problem } from '../shared/states';
import { choose, chosenFor, never, questionsOf, type Question } from './mapping-choices';
import { MappingPreview } from './mapping-preview';

const WHOSE = { client: 'the client’s', other: 'somebody else’s', unknown: 'not known whose' };

/** What each question identifies, and why; chosen by hand, previewed, then saved. */
export function Mapping({ form }: { form: Schemas['FormView'] }) {
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
      cell: ({ identifies }) => identifies && `${identifies.reason} (${percent(identifies.confidence)} sure)`,
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
          <p className="muted small" id="never">
            Does the form never ask for something? Choose it:
          </p>
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
                Save mapping …
              </Button>
            )}
            {changed && <Button onClick={() => change(identifierMapping)}>Undo changes</Button>}
          </div>
        </div>
      )}
      {preview.isError && <Problem error={preview.error} />}
      {preview.data && <MappingPreview preview={preview.data} />}
      {changed && mayPreview && !preview.data && !preview.isError && (
        <Notice>Not saved yet. Preview shows what the last 20 responses would say.</Notice>
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
        }}
      >
        <p>It applies to new submissions. You can then apply it to the existing ones.</p>
      </ConfirmDialog>
    </Section>
  );
}

function meaning(identifies: Schemas['MeaningView'] | null) {
  if (identifies === null) return <span className="muted">nobody</span>;
  const { key, parts } = identifies;
  if (parts && parts.length > 0) return parts.map(identifierWord).join(', ');
  return key === null ? <span className="muted">not used, by the mapping</span> : identifierWord(key);
}

const sorted = (mapping: Record<string, string | null>) =>
  Object.entries(mapping).sort(([left], [right]) => left.localeCompare(right));
