import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api, ask } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { useRenewal } from '../shared/live-updates';
import { Section } from '../shared/screen';
import { Status } from '../shared/status';
import css from './home.module.css';

type Step = 'done' | 'pending' | 'failed' | 'running';

/** The way from a token to the first client, each step checked; gone once there is a client. */
export function FirstSteps() {
  const mayOperate = useMay('operator');
  const renewal = useRenewal();
  const clients = useQuery({
    queryKey: ['clients', 'any'],
    queryFn: () => ask(api.GET('/v1/clients', { params: { query: { limit: 1 } } })),
    refetchInterval: renewal,
  });
  const isNew = clients.data?.items.length === 0;
  const account = useQuery({
    queryKey: ['typeform-forms', ''],
    queryFn: () => ask(api.GET('/v1/typeform/forms', { params: { query: { limit: 20 } } })),
    enabled: isNew && mayOperate,
    staleTime: 60_000,
  });
  const webhooks = useQuery({
    queryKey: ['webhooks', 'any'],
    queryFn: () => ask(api.GET('/v1/webhooks', { params: { query: { limit: 1 } } })),
    enabled: isNew,
  });
  const deliveries = useQuery({
    queryKey: ['deliveries', 'any'],
    queryFn: () => ask(api.GET('/v1/deliveries', { params: { query: { limit: 1 } } })),
    enabled: isNew,
    refetchInterval: renewal,
  });
  const webhookId = webhooks.data?.items[0]?.id;
  const test = useMutation({
    mutationFn: (id: string) => ask(api.POST('/v1/webhooks/{id}/test', { params: { path: { id } } })),
  });
  if (!isNew) return null;
  const reached = test.data === undefined ? 'pending' : test.data.problem === null ? 'done' : 'failed';
  return (
    <Section title="First steps">
      <ol className={css.steps}>
        {mayOperate && (
          <StepLine
            state={account.isPending ? 'running' : account.isError ? 'failed' : 'done'}
            name="Typeform accepts the token, in this region"
          >
            {account.isError
              ? account.error.message
              : account.data && `The account has ${account.data.items.length} forms or more.`}
          </StepLine>
        )}
        <StepLine
          state={webhookId === undefined ? 'pending' : 'done'}
          name="A form is chosen and its webhook registered"
        >
          {webhookId === undefined && <Link to="/webhooks">Register a webhook</Link>}
        </StepLine>
        <StepLine
          state={test.isPending ? 'running' : test.isError ? 'failed' : reached}
          name="Typeform reaches this service"
        >
          {webhookId !== undefined && mayOperate && reached !== 'done' && (
            <Button busy={test.isPending} onClick={() => test.mutate(webhookId)}>
              Send a test
            </Button>
          )}
          {test.data?.problem ?? test.error?.message}
        </StepLine>
        <StepLine state={deliveries.data?.items.length ? 'done' : 'pending'} name="The first submission has come in">
          {deliveries.data?.items.length === 0 && 'Fill the form in.'}
        </StepLine>
        <StepLine state="pending" name="The first client">
          A submission with a name, an e-mail or a phone makes a client.
        </StepLine>
      </ol>
    </Section>
  );
}

function StepLine({ state, name, children }: { state: Step; name: string; children?: ReactNode }) {
  return (
    <li>
      <Status of={state} word={name} />
      <span className="muted">{children}</span>
    </li>
  );
}
