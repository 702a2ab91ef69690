import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { counted } from '../shared/counted';
import { useFilters } from '../shared/filters';
import { identifierWord } from '../shared/identifiers';
import { JobProgress } from '../shared/job-progress';
import { Facts, Screen, Section } from '../shared/screen';
import { Loading, Notice, Problem } from '../shared/states';
import { Status } from '../shared/status';
import { When } from '../shared/when';
import { FormSettings } from './form-settings';
import { Mapping } from './mapping';

const route = getRouteApi('/forms/$formId');
type Form = Schemas['FormView'];
type Asking = 'pause' | 'apply' | null;

export function FormScreen() {
  const { formId } = route.useParams();
  const [asking, setAsking] = useState<Asking>(null);
  const [toggled, setToggled] = useState(false);
  const form = useQuery({
    queryKey: ['forms', formId],
    queryFn: () => ask(api.GET('/v1/forms/{formId}', { params: { path: { formId } } })),
  });
  return (
    <Screen
      title={form.data?.title ?? 'Form'}
      about={<code>{formId}</code>}
      actions={
        form.data && <Actions of={form.data} asking={asking} setAsking={setAsking} onToggled={() => setToggled(true)} />
      }
    >
      {toggled && form.data && <Toggled of={form.data} />}
      {form.isPending && <Loading />}
      {form.isError && <Problem error={form.error} retry={() => void form.refetch()} />}
      {form.data && <Detail of={form.data} onApply={() => setAsking('apply')} />}
    </Screen>
  );
}

/** What pausing or activating the form has come to. */
function Toggled({ of: { formId, status } }: { of: Form }) {
  if (status === 'paused') return <Notice>The form is paused. What comes in is kept but not processed.</Notice>;
  return (
    <Notice>
      The form is active.{' '}
      <Link to="/deliveries" search={{ formId, status: 'ignored' }}>
        What was ignored while it was paused
      </Link>{' '}
      can be replayed.
    </Notice>
  );
}

/** Whether the job of the address is still at work; one that is no longer known is not. */
function useIsApplying(job: string | undefined): boolean {
  const { data, isError } = useQuery({
    queryKey: ['jobs', job],
    queryFn: () => ask(api.GET('/v1/jobs/{id}', { params: { path: { id: job ?? '' } } })),
    enabled: job !== undefined,
  });
  return job !== undefined && !isError && data?.status !== 'done' && data?.status !== 'failed';
}

interface ActionsOf {
  of: Form;
  asking: Asking;
  setAsking: (what: Asking) => void;
  onToggled: () => void;
}

function Actions({ of: form, asking, setAsking, onToggled }: ActionsOf) {
  const queries = useQueryClient();
  const [filters, setFilters] = useFilters();
  const isApplying = useIsApplying(filters.job);
  const mayApply = useMay('operator');
  const mayPause = useMay('admin');
  const { formId, status, responseCount } = form;
  const toggle = status === 'active' ? 'Pause' : 'Activate';
  const stored = counted(responseCount, 'stored response');
  return (
    <>
      {mayApply && !isApplying && responseCount > 0 && (
        <Button onClick={() => setAsking('apply')}>Apply to {stored}…</Button>
      )}
      {mayPause && <Button onClick={() => setAsking('pause')}>{toggle}…</Button>}
      <ConfirmDialog
        open={asking === 'apply'}
        onClose={() => setAsking(null)}
        title="Apply the mapping to existing responses?"
        action="Apply"
        onConfirm={async () => {
          const { jobId } = await ask(api.POST('/v1/forms/{formId}/reprocess', { params: { path: { formId } } }));
          setFilters({ job: jobId });
        }}
      >
        <p>
          The mapping in force is applied to {stored} in the background. Submissions may move to other clients. Manual
          corrections are kept.
        </p>
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === 'pause'}
        onClose={() => setAsking(null)}
        title={`${toggle} this form?`}
        action={toggle}
        onConfirm={async () => {
          const body = { status: status === 'active' ? ('paused' as const) : ('active' as const) };
          const answer = await ask(api.PATCH('/v1/forms/{formId}', { params: { path: { formId } }, body }));
          queries.setQueryData(['forms', formId], answer);
          onToggled();
        }}
      >
        <p>
          {status === 'active'
            ? 'What comes in is kept but not processed. Replay it after activating the form again.'
            : 'What comes in is processed again. What was ignored while it was paused can then be replayed.'}
        </p>
      </ConfirmDialog>
    </>
  );
}

function Detail({ of: form, onApply }: { of: Form; onApply: () => void }) {
  const queries = useQueryClient();
  const [{ job }] = useFilters();
  const { formId, mappingProblems } = form;
  return (
    <>
      {job && (
        <JobProgress
          id={job}
          title="Applying the mapping"
          onDone={() => void queries.invalidateQueries({ queryKey: ['clients'] })}
        />
      )}
      {mappingProblems.length > 0 && (
        <Notice bad>
          The mapping names what the form no longer has:{' '}
          {mappingProblems
            .map(({ identifier, source, reason }) => `${identifierWord(identifier)}: ${reason ?? source}`)
            .join('; ')}
          .
        </Notice>
      )}
      <Section title="State">
        <Facts
          of={[
            ['Status', <Status of={form.status} />],
            [
              'Submissions',
              <Link to="/submissions" search={{ formId }}>
                {form.responseCount.toLocaleString('en')}
              </Link>,
            ],
            ['Last submission', <When at={form.lastResponseAt} />],
            ['Questions read from Typeform', <When at={form.definitionCheckedAt} />],
          ]}
        />
      </Section>
      <Mapping key={JSON.stringify(form.identifierMapping)} form={form} onApply={onApply} />
      <FormSettings key={`${form.retentionDays}/${form.phoneCountry}`} form={form} />
    </>
  );
}
