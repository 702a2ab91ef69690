import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { useRenewal } from '../shared/live-updates';
import { Facts, Screen, Section } from '../shared/screen';
import { Loading, Notice, Problem } from '../shared/states';
import { Status } from '../shared/status';
import { When } from '../shared/when';
import { STATUS_WORDS, WantedAndActual } from './drift';
import { ReconcileDialog, Reconciled } from './reconciled';
import { Tested } from './tested';
import { WebhookChanges } from './webhook-changes';
import { WebhookHealth } from './webhook-health';

const route = getRouteApi('/webhooks/$webhookId');
type Webhook = Schemas['WebhookView'];

export function WebhookScreen() {
  const { webhookId } = route.useParams();
  const queries = useQueryClient();
  const path = { id: webhookId };
  const renewed = () => queries.invalidateQueries({ queryKey: ['webhooks'] });
  const webhook = useQuery({
    queryKey: ['webhooks', webhookId],
    queryFn: () => ask(api.GET('/v1/webhooks/{id}', { params: { path } })),
    refetchInterval: useRenewal(),
  });
  /** What became of the last action. */
  const [outcome, setOutcome] = useState<ReactNode>(null);
  const test = useMutation({
    mutationFn: () => ask(api.POST('/v1/webhooks/{id}/test', { params: { path } })),
    onMutate: () => setOutcome(null),
    onSuccess: (result) => setOutcome(webhook.data && <Tested result={result} webhook={webhook.data} />),
    onError: (error) => setOutcome(<Problem error={error} />),
  });
  const [asking, setAsking] = useState(false);
  const mayOperate = useMay('operator');
  const isThere = webhook.data !== undefined && webhook.data.status !== 'removed';
  return (
    <Screen
      title="Webhook"
      about={
        webhook.data && [webhook.data.formTitle, webhook.data.formId, webhook.data.tag].filter(Boolean).join(' · ')
      }
      actions={
        isThere &&
        mayOperate && (
          <>
            <Button busy={test.isPending} onClick={() => test.mutate()}>
              {test.isPending ? 'Testing…' : 'Test'}
            </Button>
            <Button onClick={() => setAsking(true)}>Reconcile…</Button>
            <WebhookChanges webhook={webhook.data} onChanged={(what) => setOutcome(<Notice>{what}</Notice>)} />
          </>
        )
      }
    >
      {webhook.isPending && <Loading />}
      {webhook.isError && <Problem error={webhook.error} retry={() => void webhook.refetch()} />}
      {outcome}
      <ReconcileDialog
        open={asking}
        onClose={() => setAsking(false)}
        reconcile={async () => {
          const result = await ask(api.POST('/v1/webhooks/{id}/reconcile', { params: { path } }));
          setOutcome(<Reconciled result={result} />);
          await renewed();
        }}
      />
      {webhook.data && <Detail of={webhook.data} />}
    </Screen>
  );
}

function Detail({ of: webhook }: { of: Webhook }) {
  const { formId, formTitle, status, problem, pending, observedAt, previousSecretExpiresAt } = webhook;
  return (
    <>
      <Section title="State">
        <p>
          <Status of={status} /> – {STATUS_WORDS[status]}
        </p>
        {problem !== null && <p>{problem}</p>}
        {pending && <p>Typeform has not confirmed the last change yet; it is repeated until it does.</p>}
        {status !== 'removed' && <WantedAndActual webhook={webhook} />}
      </Section>
      <Section title="About">
        <Facts
          of={[
            [
              'Form',
              <Link to="/forms/$formId" params={{ formId }}>
                {formTitle ?? formId}
              </Link>,
            ],
            ['Form id', <code>{formId}</code>],
            ['Tag', <code>{webhook.tag}</code>],
            ['Last compared', <When at={observedAt} exact />],
            ['Registered', <When at={webhook.createdAt} exact />],
            [
              'Signing secret',
              previousSecretExpiresAt === null ? (
                'One is accepted'
              ) : (
                <>
                  Two are accepted; the old one ends <When at={previousSecretExpiresAt} exact />
                </>
              ),
            ],
            [
              'Deliveries',
              <Link to="/deliveries" search={{ formId }}>
                All of this form
              </Link>,
            ],
          ]}
        />
      </Section>
      <WebhookHealth webhook={webhook} />
    </>
  );
}
