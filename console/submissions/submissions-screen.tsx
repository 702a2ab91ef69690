import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, ask, type Schemas } from '../api/client';
import type { Column, LinkTarget } from '../shared/data-table';
import { EMail } from '../shared/e-mail';
import { Choice, FilterBar, SearchBox, useFilters } from '../shared/filters';
import { useFormOptions, useFormTitle } from '../shared/form-titles';
import { given, oneOf } from '../shared/given';
import { SteadyList } from '../shared/list-parts';
import { usePrivateSearch } from '../shared/private-search';
import { Result } from '../shared/result';
import { Screen } from '../shared/screen';
import { Status } from '../shared/status';
import { useSteadyList } from '../shared/steady-list';
import { TimeRange, useTimeRange } from '../shared/time-range';
import { When } from '../shared/when';
import { AnswerValue } from './answer-value';
import { ExportLinks } from './export-links';
import css from './submissions.module.css';

type Submission = Schemas['ResponseView'];

const TYPES = [
  ['', 'Completed and partial'],
  ['completed', 'Completed'],
  ['partial', 'Partial'],
] as const;
const TESTS = [
  ['', 'Without tests'],
  ['true', 'Tests only'],
  ['all', 'With tests'],
] as const;

const keyOf = ({ formId, token }: Submission): string => `${formId}/${token}`;
const linkOf = ({ formId, token }: Submission): LinkTarget => ({
  to: '/submissions/$formId/$token',
  params: { formId, token },
});

export function SubmissionsScreen() {
  const [filters, setFilters] = useFilters();
  const [search, setSearch] = usePrivateSearch();
  const { since, until } = useTimeRange(filters);
  const { formId, type, test, clientId } = filters;
  const titleOf = useFormTitle();
  const query = given({
    formId,
    type: oneOf(['completed', 'partial'], type),
    test: oneOf(['true', 'all'], test) ?? ('false' as const),
    clientId,
    q: search,
    submittedSince: since,
    submittedUntil: until,
  });
  const form = useQuery({
    queryKey: ['forms', formId],
    queryFn: () => ask(api.GET('/v1/forms/{formId}', { params: { path: { formId: formId ?? '' } } })),
    enabled: formId !== undefined,
  });
  const submissions = useSteadyList<Submission>({
    kind: 'responses',
    filters: query,
    page: (part) => ask(api.GET('/v1/responses', { params: { query: { ...query, ...part } } })),
    idOf: keyOf,
  });
  const columns = useMemo<Column<Submission>[]>(() => {
    const questions = formId === undefined ? [] : questionsOf(form.data);
    return [
      {
        title: 'Submitted',
        cell: ({ submittedAt, receivedAt }) => <When at={submittedAt ?? receivedAt} />,
      },
      {
        title: 'State',
        cell: ({ responseType, test: isTest }) => <Status of={isTest ? 'test' : responseType} />,
      },
      ...(formId === undefined
        ? ([
            { title: 'Form', cell: ({ formId: of }) => titleOf(of) },
            {
              title: 'Name',
              cell: ({ identifiers: { fullName, firstName, lastName } }) =>
                fullName?.value ?? nameOf(firstName, lastName),
            },
            { title: 'E-mail', cell: ({ identifiers }) => <EMail of={identifiers.email?.value} /> },
            { title: 'Company', cell: ({ identifiers }) => identifiers.company?.value },
          ] satisfies Column<Submission>[])
        : questions.map(({ id, title }) => ({
            title,
            cell: ({ answers }: Submission) => {
              const answer = answers.find(({ fieldId }) => fieldId === id);
              return (
                answer && (
                  <div className={css.answer}>
                    <AnswerValue value={answer.value} short />
                  </div>
                )
              );
            },
          }))),
    ];
  }, [formId, form.data, titleOf]);
  return (
    <Screen title="Submissions" about="What people sent, newest first." actions={<ExportLinks filter={query} />}>
      <Result />
      <FilterBar>
        <SearchBox label="Search in the answers" value={search} onSearch={(text) => setSearch(text.trim())} />
        <div className={css.form}>
          <Choice
            label="Form"
            hideLabel
            value={formId ?? ''}
            options={useFormOptions()}
            onChange={(value) => setFilters({ formId: value })}
          />
        </div>
        <Choice
          label="State"
          hideLabel
          value={type ?? ''}
          options={TYPES}
          onChange={(value) => setFilters({ type: value })}
        />
        <Choice
          label="Tests"
          hideLabel
          value={test ?? ''}
          options={TESTS}
          onChange={(value) => setFilters({ test: value })}
        />
        <TimeRange filters={filters} onChange={setFilters} />
      </FilterBar>
      <SteadyList
        of={submissions}
        label="Submissions"
        columns={columns}
        keyOf={keyOf}
        linkOf={linkOf}
        empty={
          Object.keys(query).length > 1 ? 'No submission matches these filters.' : 'Nobody has filled in a form yet.'
        }
      />
    </Screen>
  );
}

type Part = { value: string } | undefined;
const nameOf = (first: Part, last: Part): string => [first?.value, last?.value].filter(Boolean).join(' ');

/** The questions that are answered, in the form's order, with names that differ. */
function questionsOf(form: Schemas['FormView'] | undefined): { id: string; title: string }[] {
  const seen = new Map<string, number>();
  return (form?.fields ?? []).map(({ id, title, ref }) => {
    const words = title ?? ref ?? id;
    const times = (seen.get(words) ?? 0) + 1;
    seen.set(words, times);
    return { id, title: times === 1 ? words : `${words} (${times})` };
  });
}
