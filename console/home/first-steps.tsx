import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { useLive, useRenewal } from '../shared/live-updates';
import { Section } from '../shared/screen';
import { Loading, Problem } from '../shared/states';
import { Status } from '../shared/status';
import { When } from '../shared/when';
import css from './home.module.css';

type Step = Schemas['SetupStepView'];

/** The service itself calls Typeform less often. */
const LOOKED_AT_AGAIN_MS = 10_000;

const STATES: Record<Step['status'], string> = {
  done: 'done',
  pending: 'pending',
  failed: 'failed',
  unknown: 'not_yet_known',
};

/** The setup steps from token to first client, for operators and admins; hidden once there is a client. */
export function FirstSteps() {
  const mayOperate = useMay('operator');
  const { paused } = useLive();
  const renewal = useRenewal();
  const clients = useQuery({
    queryKey: ['clients', 'any'],
    queryFn: () => ask(api.GET('/v1/clients', { params: { query: { limit: 1 } } })),
    refetchInterval: renewal,
  });
  const wanted = mayOperate && clients.data?.items.length === 0;
  const setup = useQuery({
    queryKey: ['webhooks', 'setup'],
    queryFn: () => ask(api.GET('/v1/setup')),
    enabled: wanted,
    refetchInterval: paused ? false : LOOKED_AT_AGAIN_MS,
  });
  if (!wanted) return null;
  return (
    <Section title="First steps">
      {setup.isPending && <Loading what="Checking each step" />}
      {setup.isError && <Problem error={setup.error} retry={() => void setup.refetch()} />}
      {setup.data && (
        <ol className={css.steps}>
          {setup.data.steps.map((step) => (
            <li key={step.id}>
              <Status of={STATES[step.status]} word={step.title} />
              <span className="muted">
                <Evidence of={step.evidence} />
                {step.remedy !== null && <>. To do: {step.remedy}</>}
              </span>
              {step.id === 'form' && step.status === 'pending' && <Link to="/webhooks">Register a webhook</Link>}
              {step.id === 'test' && step.status !== 'done' && setup.data.webhookId !== null && (
                <SendTest webhookId={setup.data.webhookId} onSent={() => void setup.refetch()} />
              )}
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

/** The service's words; a time in them as people say it. */
function Evidence({ of: evidence }: { of: string }) {
  const [before, at, after] = evidence.split(/\bat (\d{4}-\d\d-\d\dT[\d:.]+Z)/);
  if (at === undefined) return evidence;
  return (
    <>
      {before}
      <When at={at} />
      {after}
    </>
  );
}

function SendTest({ webhookId, onSent }: { webhookId: string; onSent: () => void }) {
  const test = useMutation({
    mutationFn: () => ask(api.POST('/v1/webhooks/{id}/test', { params: { path: { id: webhookId } } })),
    onSuccess: onSent,
  });
  return (
    <>
      <Button busy={test.isPending} onClick={() => test.mutate()}>
        Send a test
      </Button>
      {(test.isError || test.data?.problem) && <span role="alert">{test.error?.message ?? test.data?.problem}</span>}
    </>
  );
}
